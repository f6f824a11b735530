'use strict';

module.exports = {
  SLEEP: 0x00,
  QUIT: 0x01,
  QUERY: 0x03,
  PING: -1,
};
