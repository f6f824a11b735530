class Api {
  restartAll() {
    return 1;
  }

  destroyAll() {
    return 2;
  }
}

module.exports = Api;
