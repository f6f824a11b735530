"use strict";
exports.table = function (value) {
  return value > 1 ? value : 0;
};
