export function read() {
  using file = open();
  return file satisfies object;
}

export class Box<const T> {
  accessor value = 1;
  @logged get(): T | undefined {
    return undefined;
  }
}
