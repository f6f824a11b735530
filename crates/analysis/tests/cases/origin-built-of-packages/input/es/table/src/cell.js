export function cell(value) {
  return value > 1 ? value : 0;
}
