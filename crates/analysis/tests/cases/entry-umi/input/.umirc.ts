export default { npmClient: 'pnpm' };
