import alias from '@rollup/plugin-alias';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
const __dirname = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(__dirname, 'source');
export default {input: 'source/index.js', plugins: [alias({entries: [{find: 'utils', replacement: path.join(root, 'utils')}, {find: /^@core\/(.*)/, replacement: path.resolve(root, 'core/$1')}]})]};
