export const kit = 'server';
