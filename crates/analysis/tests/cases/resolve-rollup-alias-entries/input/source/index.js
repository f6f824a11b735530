import {a} from 'utils';
import {b} from 'utils/b.js';
import {c} from '@core/c.js';
export default [a, b, c];
