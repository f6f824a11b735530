export const cn = 1;
