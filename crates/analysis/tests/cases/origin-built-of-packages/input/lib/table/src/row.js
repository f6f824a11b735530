"use strict";
exports.row = function (value) {
  return value > 1 ? value : 0;
};
