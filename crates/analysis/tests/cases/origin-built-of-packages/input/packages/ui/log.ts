export function log(value: number) {
  return value > 1 ? value : 0;
}
