const it = require('../lib/view');
it.view(1);
