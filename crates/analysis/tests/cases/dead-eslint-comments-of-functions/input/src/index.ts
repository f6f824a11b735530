/* eslint-disable-next-line @typescript-eslint/no-unused-vars
-- can be enabled for debugging */
function print(text: string) {
  show(text);
}
function show(text: string) {
  return text;
}
// eslint-disable-next-line no-unused-vars
const later = () => 1;
// eslint-disable-next-line no-console
function gone() {
  return 2;
}
export const one = 1;
