import { h } from './half';

export { h as half };
