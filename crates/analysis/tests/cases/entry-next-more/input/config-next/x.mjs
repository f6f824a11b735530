export const withX = a => a;
