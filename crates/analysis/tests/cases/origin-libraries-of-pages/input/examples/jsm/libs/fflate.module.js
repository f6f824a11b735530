export function inflate(data) {
  return data;
}
