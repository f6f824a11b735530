exports.top = 1;
