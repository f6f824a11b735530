const p = require.resolve('./plugin');
module.exports = {plugins:[p]};
