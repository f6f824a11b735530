module.exports = {extends:['./lint/base.js'], parser:'./lint/parser.js'};
