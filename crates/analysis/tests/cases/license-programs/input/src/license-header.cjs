module.exports = name => name + ' uses the MIT License'
