exports.values = [];
