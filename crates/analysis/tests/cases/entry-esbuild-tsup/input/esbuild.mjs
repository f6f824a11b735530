import * as esbuild from 'esbuild';
await esbuild.build({entryPoints:['src/one.ts', {in:'src/two.ts', out:'two'}], bundle:true, inject:['./shims/process.js']});
