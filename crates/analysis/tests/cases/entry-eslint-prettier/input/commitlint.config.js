import own from './commit/rules.js';
export default own;
