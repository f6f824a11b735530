export default {'*.js':'node quality/one.mjs'};
