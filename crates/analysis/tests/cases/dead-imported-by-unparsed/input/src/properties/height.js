exports.height = 1;
