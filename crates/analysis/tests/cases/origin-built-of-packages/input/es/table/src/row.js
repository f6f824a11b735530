export function row(value) {
  return value > 1 ? value : 0;
}
