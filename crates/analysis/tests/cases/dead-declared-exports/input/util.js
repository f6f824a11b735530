export const trim = (text) => text.trim();
export const spare = () => 1;
