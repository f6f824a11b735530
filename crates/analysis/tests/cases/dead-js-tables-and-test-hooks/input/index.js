'use strict';
const commands = require('./lib/commands');
const status = require('./lib/status');
const timers = require('./lib/timers');

module.exports = () => timers.start(commands.QUERY, status.MORE);
