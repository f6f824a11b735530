export { listen } from '../src/dom/global';
