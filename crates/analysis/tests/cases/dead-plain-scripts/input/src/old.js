import { canvas } from './index.js';

console.log(canvas);
