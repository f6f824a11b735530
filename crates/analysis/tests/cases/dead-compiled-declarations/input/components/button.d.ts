import type { Spare } from './spare';

export declare const button: () => number;
