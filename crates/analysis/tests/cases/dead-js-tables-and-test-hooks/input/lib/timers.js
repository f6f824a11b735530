'use strict';

module.exports = {
  start(a, b) {
    return a + b;
  },
  /** Exported for testing purposes only. */
  reset() {
    return 0;
  },
  _hash: () => 1,
  stale() {
    return 2;
  },
};
