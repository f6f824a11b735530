const path = require('path');
module.exports = env => ({context: path.resolve(__dirname,'client'), entry: {app: ['./polyfills','./boot.js'], admin: {import: './admin', dependOn: 'app'}}, module:{rules:[{use: path.resolve('loaders/my-loader.js')}]}, plugins:[new ModuleFederationPlugin({exposes:{'./Button':'./ui/Button'}})]});
