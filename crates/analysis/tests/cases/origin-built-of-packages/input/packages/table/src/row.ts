export function row(value: number) {
  return value > 1 ? value : 0;
}
