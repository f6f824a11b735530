export const format = (x: number) => x;
export const nobody = 2;
