export const id = 1;
export const other = 2;
