export function table(value) {
  return value > 1 ? value : 0;
}
