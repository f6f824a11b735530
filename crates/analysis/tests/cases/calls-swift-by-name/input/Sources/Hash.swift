func hash(parts: [Any]) {
  let data = join(parts)
  data.withUnsafeBytes { _ in }
}

func read(buffer: Buffer) {
  buffer.withUnsafeBytes { _ in }
}
