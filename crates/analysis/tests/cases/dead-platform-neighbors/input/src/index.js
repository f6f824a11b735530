'use strict';
module.exports = require('./node-loaders');
