import {b} from './a';
import c from './c.js';
console.log(b, c.go);
