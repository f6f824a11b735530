export { Shape } from './Shape.js';
