import { list } from './list';

export const kit = list(1);
