export const gone = 1;
export const other = 2;
