let late;
if (process.env.X) late = () => 1; else late = () => 2;
export {late};
