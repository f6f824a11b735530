class Shape{constructor(){this.a=1}}export{Shape};
