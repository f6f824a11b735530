export function serve() {
  return 1;
}
