export function table(value: number) {
  return value > 1 ? value : 0;
}
