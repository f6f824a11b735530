export function boil(portion) {
  return { ...portion, hot: true };
}
