function _interopRequireDefault(it) {
  return it && it.__esModule ? it : { default: it };
}
var _dependency = _interopRequireDefault(require('./dependency'));
var _bundle = _interopRequireDefault(require('./bundle'));

exports.start = function start() {
  return _dependency.run();
};
exports.name = _bundle.name;
