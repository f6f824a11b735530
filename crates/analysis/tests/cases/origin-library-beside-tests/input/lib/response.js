exports.response = function (value) {
  return value > 1 ? value : 0;
};
