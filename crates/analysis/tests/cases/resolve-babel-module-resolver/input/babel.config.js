module.exports = {plugins: [['module-resolver', {root: ['./src'], alias: {'@ui': './src/components/ui', test: './test'}}]]};
