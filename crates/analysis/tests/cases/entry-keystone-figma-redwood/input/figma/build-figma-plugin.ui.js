module.exports = (options) => options;
