"use strict";
exports.dom = function (value) {
  return value > 1 ? value : 0;
};
