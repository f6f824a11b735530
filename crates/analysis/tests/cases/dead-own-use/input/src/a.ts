export interface Props { a: 1 }
export const b = (p: Props) => p;
export const dead = 1;
