export const x = 1;
export const gone = 1;
