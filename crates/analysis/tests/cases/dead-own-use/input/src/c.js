exports.helper = () => 1;
exports.go = () => exports.helper();
