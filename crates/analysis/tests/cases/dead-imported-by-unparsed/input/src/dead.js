exports.dead = 1;
