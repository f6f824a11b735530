import type { Spare } from './spare';

export declare const parse: (text: string) => string;
