const path = require('path');
const {fork} = require('child_process');
const {Worker} = require('worker_threads');
fork(path.join(__dirname,'kids','one.js'));
new Worker(path.resolve(__dirname,'./kids/two.js'));
fork(require.resolve('./kids/three'));
new Worker(`${__dirname}/kids/four.js`);
fork('./src/kids/five.js');
new Worker(__dirname + '/kids/six.js');
