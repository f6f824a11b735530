const {BrowserWindow} = require('electron');
const path = require('path');
new BrowserWindow({webPreferences:{preload: path.join(__dirname,'bridge','preload.js')}}).loadFile('ui/index.html');
