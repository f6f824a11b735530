new Worker(new URL('./crunch.js', import.meta.url));
