import {A} from './a';
export type B = A | 1;
export const b = () => import('./c');
