import * as math from './math.js';
import def from './def.js';
import {late} from './late.js';
export {math};
export default {def, late};
export * as text from './text.js';
export * from './star.js';
