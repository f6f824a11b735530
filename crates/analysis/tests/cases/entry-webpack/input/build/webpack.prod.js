const path = require('path');
const root = path.join(__dirname, '..');
module.exports = () => ({ entry: { app: ['./src/app.js'], admin: path.resolve(root, 'src/admin.js') } });
