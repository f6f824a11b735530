export function paths(): string[] {
  return [];
}
