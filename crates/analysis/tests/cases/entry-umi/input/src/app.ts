export const layout = () => ({});
