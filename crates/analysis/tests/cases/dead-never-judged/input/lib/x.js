import z from 'z';
export const x = 1;
