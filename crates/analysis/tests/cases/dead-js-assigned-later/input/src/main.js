import 'node:fs';
let check;
if (process.env.A) {
  check = function (p) { return p; };
} else {
  check = p => !p;
}
var table = function () { table = function () { return 2; }; return 1; };
let maybe = () => 1;
if (check(1)) maybe = () => 2;
function gone() {}
console.log(check(2), table(), maybe());
