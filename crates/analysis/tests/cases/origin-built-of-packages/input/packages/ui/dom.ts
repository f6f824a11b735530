export function dom(value: number) {
  return value > 1 ? value : 0;
}
