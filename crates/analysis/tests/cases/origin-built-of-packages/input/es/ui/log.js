export function log(value) {
  return value > 1 ? value : 0;
}
