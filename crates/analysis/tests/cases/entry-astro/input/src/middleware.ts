export const onRequest = 1;
