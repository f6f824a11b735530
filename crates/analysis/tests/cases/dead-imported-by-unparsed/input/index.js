require('./src/registry.js');
