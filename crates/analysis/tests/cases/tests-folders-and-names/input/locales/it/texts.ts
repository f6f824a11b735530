export function texts() {
  return 1;
}
