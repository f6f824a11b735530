import {defineConfig} from 'tsup';
export default defineConfig({entry:{three:'src/three.ts'}});
