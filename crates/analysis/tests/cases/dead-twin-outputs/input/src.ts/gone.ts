export function gone() {
  return 3;
}
