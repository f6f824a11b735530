"use strict";
exports.cell = function (value) {
  return value > 1 ? value : 0;
};
