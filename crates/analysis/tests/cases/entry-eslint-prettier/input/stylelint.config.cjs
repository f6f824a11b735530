module.exports = {plugins:['./styles/rule.cjs']};
