export function read(text) {
  return text;
}

export function getDefaultStyle() {
  return null;
}
