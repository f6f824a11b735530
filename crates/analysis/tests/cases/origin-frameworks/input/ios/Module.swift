func show() -> Int {
  return 1
}
