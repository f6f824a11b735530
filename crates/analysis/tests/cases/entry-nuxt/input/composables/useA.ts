export const useA = () => 1;
