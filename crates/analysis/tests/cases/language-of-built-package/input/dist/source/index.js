import get from './get.js';

export default function fetcher(address) {
  return get(address);
}
