module.exports = require('./plugin/build/withDevice');
