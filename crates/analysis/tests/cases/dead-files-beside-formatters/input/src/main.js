import { used } from './components/Used.js';

used();
