const web = require('../web');

web.listen();
