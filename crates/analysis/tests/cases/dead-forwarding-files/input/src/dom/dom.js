export const dom = 1;
