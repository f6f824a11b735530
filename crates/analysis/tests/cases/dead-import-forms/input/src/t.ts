export type Shown = 1;
export type Other = 2;
export const dead = 3;
