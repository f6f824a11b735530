const exec = require('cordova/exec')
const FileEntry = require('cordova-plugin-file.FileEntry')
const pad = require('left-pad')

module.exports = path => exec(new FileEntry(pad(path, 3)))
