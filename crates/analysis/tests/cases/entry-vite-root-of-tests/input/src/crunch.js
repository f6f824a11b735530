export const crunched = 1;
