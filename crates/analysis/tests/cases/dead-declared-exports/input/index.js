import { read } from './format/kml.js';
import { trim } from './util.js';

export const parse = (text) => read(trim(text));
