import { open } from './socket.js';

export function ledger() {
  return open();
}
