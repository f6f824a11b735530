import {resolve} from 'path';
import {plugin} from './build/plugin';
export default {plugins:[plugin()], build:{rollupOptions:{input:{main: resolve(__dirname,'index.html'), worker: resolve(__dirname,'src/worker-entry.js')}}}, test:{setupFiles:['./src/test/prepare.js']}};
