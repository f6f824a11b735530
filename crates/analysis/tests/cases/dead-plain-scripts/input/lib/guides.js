function initGuides(canvas) {
  return canvas.width;
}
