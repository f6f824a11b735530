export const kit = 'native';
