export interface Saveable {
  dirty: boolean;
}

export namespace Saveable {
  export function get(value: unknown): Saveable | undefined {
    return isOne(value) ? value : undefined;
  }
  export function getDirty(value: unknown): Saveable | undefined {
    const found = get(value);
    return found && found.dirty ? found : undefined;
  }
  export function fromBuffer(value: string): Saveable {
    return { dirty: value.length > 0 };
  }
  function isOne(value: unknown): value is Saveable {
    return typeof value === 'object';
  }
  function gone(): number {
    return 1;
  }
}

export interface Stream {
  open: boolean;
}

export namespace Stream {
  export function fromBuffer(value: string): Stream {
    return { open: value.length > 1 };
  }
  export function getDirty(value: Stream): boolean {
    return value.open;
  }
}
