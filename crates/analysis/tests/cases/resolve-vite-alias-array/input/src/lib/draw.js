export const draw = (n) => n;
