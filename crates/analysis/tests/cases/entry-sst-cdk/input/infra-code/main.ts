import {NodejsFunction} from 'x';
new NodejsFunction(this,'f',{entry: path.join(__dirname,'../fn/thumb.ts'), handler:'run'});
