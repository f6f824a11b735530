export function list(n: number) {
  return [n];
}
