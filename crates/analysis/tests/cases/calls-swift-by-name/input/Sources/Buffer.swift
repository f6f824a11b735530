final class Buffer {
  func withUnsafeBytes(_ body: (Int) -> Void) {
    body(1)
  }
}
