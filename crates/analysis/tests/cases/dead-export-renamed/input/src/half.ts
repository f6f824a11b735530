export const h = (n: number) => n / 2;
