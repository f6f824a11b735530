import { plus, twice } from './math';
import { half } from './names';

export const two = plus(1, 1) + twice(1) + half(2);
