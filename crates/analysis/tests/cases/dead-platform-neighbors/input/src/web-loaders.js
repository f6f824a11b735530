'use strict';
exports.load = () => 2;
