import '../shared/a.js';
export const handler = 1;
