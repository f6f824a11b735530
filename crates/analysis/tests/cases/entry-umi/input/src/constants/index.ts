export const NAME = 'x';
