module.exports = {presets:[require('./css/preset')], plugins:[require('./css/plugin.js')]};
