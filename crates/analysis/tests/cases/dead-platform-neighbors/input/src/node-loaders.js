'use strict';
exports.load = () => 1;
