exports.request = function (value) {
  return value > 1 ? value : 0;
};
