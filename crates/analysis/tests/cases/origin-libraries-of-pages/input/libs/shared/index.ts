export function shared(): number {
  return 1;
}
