const it = require('../lib/response');
it.response(1);
