export function get(path) {
  return path;
}
