exports.Shape=class Shape{};
