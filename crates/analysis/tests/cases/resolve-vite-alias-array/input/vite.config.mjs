import { fileURLToPath, URL } from 'node:url';
import { defineConfig } from 'vite';

const src = fileURLToPath(new URL('./src', import.meta.url));

export default defineConfig(({ mode }) => {
  return {
    resolve: {
      alias: [
        { find: /^@lib\/(.*)$/, replacement: `${src}/lib/$1` },
        { find: '~', replacement: src },
      ],
    },
  };
});
