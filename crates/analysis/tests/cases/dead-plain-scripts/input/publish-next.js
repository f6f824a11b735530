const { execSync } = require('child_process');

execSync('npm publish --tag next');
