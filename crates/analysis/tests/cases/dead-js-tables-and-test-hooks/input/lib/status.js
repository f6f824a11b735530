'use strict';

exports.MORE = 8;
exports.CURSOR = 64;
exports.SLOW = 1 << 11;
exports.kHost = Symbol('host');
exports.LAST = exports.CURSOR;
