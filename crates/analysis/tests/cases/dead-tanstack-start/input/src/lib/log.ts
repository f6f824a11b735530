export const log = () => console.log('request');
