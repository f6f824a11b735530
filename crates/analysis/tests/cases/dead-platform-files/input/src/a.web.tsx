import {c} from './c';
export const a = c;
