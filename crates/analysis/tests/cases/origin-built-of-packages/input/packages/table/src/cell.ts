export function cell(value: number) {
  return value > 1 ? value : 0;
}
