import { read } from '../format/kml.js';

export const parse = (text) => read(text);
