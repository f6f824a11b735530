export { id } from './id';
