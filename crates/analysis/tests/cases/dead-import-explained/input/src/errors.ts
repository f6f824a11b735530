export const formatProdErrorMessage = 1;
