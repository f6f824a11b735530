export const Element = 1;
