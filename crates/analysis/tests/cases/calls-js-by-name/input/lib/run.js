const Api = require('./api');

module.exports = function run(streams) {
  new Api().restartAll();
  for (const name in streams) {
    streams[name].destroyAll();
  }
};
