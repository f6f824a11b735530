export function gone() {
  return 2;
}
