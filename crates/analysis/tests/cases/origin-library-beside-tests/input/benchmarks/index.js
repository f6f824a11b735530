const it = require('../lib/index');
it.index(1);
