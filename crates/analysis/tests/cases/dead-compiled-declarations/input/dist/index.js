export const parse = (text) => text;
