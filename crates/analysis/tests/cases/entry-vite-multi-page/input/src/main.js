import './a.js';
const w = new Worker(new URL('./w.js', import.meta.url));
