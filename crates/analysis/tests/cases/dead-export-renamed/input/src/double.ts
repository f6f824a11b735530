function d(n: number) {
  return 2 * n;
}

export { d as double };
