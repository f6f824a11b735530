export function middleware() {}
export const config = {};
