"use strict";
exports.log = function (value) {
  return value > 1 ? value : 0;
};
