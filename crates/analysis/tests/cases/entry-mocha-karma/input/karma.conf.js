module.exports = c => c.set({files:['browser/start.js',{pattern:'browser/parts/*.js'}]});
