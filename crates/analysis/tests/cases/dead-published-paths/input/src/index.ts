export { one } from './one';
