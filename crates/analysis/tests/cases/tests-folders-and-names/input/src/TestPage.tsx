export function page() {
  return 1;
}
