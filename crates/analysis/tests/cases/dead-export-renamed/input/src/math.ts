function add(a: number, b: number) {
  return a + b;
}

function sub(a: number, b: number) {
  return a - b;
}

const broad = 3;

export { add as plus, sub as less };
export { broad as wide };
export { double as twice } from './double';
