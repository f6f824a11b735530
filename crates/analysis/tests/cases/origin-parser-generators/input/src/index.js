import { parse } from './transform.js';
import grammar from './grammar.js';
import other from './other.js';

function gone() {
  return 1;
}

export default [parse, grammar, other];
