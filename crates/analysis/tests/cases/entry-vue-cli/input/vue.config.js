module.exports = {pages:{index:{entry:'src/pages/home/start.js'}, other:'src/other/start.js'}};
