import { fileURLToPath } from 'node:url';
import viteConfig from './vite.config';
export default { ...viteConfig, test: { root: fileURLToPath(new URL('./', import.meta.url)) } };
