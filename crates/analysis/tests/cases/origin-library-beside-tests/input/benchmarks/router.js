const it = require('../lib/router');
it.router(1);
