export function orphan() {
  return 2;
}
