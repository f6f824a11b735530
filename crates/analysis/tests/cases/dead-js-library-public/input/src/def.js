export default class {}
export const unusedBeside = 1;
