const it = require('../lib/request');
it.request(1);
