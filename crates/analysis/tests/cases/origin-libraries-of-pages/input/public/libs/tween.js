export function tween(data) {
  return data;
}
