const path = require('path');
exports.createPages = ({actions}) => actions.createPage({path:'/', component: path.resolve('./src/views/post.js')});
