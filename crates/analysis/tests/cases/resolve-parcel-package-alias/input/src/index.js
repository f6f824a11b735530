import s from 'shared/s.js';
import t from '~/lib/t.js';
console.log(s, t);
