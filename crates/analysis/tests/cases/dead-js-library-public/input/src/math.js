export const add = 1;
export function sub() {}
