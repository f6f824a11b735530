export const name = 'device';
