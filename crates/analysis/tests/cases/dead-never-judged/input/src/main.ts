import {x} from './x';
import {gone} from './x';
console.log(x);
