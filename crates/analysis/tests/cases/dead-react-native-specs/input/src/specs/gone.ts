export function gone() {
  return 1;
}
