const debug = false;
if (process.env.LEVEL !== 'none') {
  var printLayout = function (layout) {
    console.log(layout);
  };
  const hidden = function () {
    return 1;
  };
}

export function run(layout) {
  if (debug) {
    printLayout(layout);
  }
  if (layout) {
    var finish = () => console.log('done');
  }
  finish();
}
