import 'node:fs';
let later;
later = function () { return helper.call(null); };
function helper() { return 1; }
function bound() {}
const b = bound.bind(null);
function applied() {}
applied.apply(null, []);
class A {
  #kept() {}
  #gone() {}
  run() { this.#kept.apply(this); }
}
function neverCalled() {}
new A().run(later, b);
