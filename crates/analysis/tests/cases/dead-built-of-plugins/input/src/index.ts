import { read } from './read';

export function device() {
  return read();
}
