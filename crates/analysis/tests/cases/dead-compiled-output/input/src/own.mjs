import { join } from 'node:path';
import { Environment } from '../lib/environment.js';
import '../browser/typings.js';
import './bundle.mjs';

function left() {
  return 1;
}
export const made = new Environment();
