export function dom(value) {
  return value > 1 ? value : 0;
}
