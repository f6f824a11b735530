module.exports = {plugins:{'./css/post.js':{}}};
