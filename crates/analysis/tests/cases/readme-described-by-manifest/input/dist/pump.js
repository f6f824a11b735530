exports.run = (level) => level + 1;
