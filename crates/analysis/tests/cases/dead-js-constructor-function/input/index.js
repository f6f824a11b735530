'use strict';
(function (root) {
  function Stack(size) {
    this.size = size;
  }
  Stack.prototype.push = function () {
    return this.size;
  };
  root.Stack = Stack;
})(globalThis);

const make = () => {
  function Queue(size) {
    this.size = size;
  }
  Queue.prototype.push = function () {
    return this.size;
  };
  return Queue;
};

const Heap = (function () {
  function Heap(size) {
    this.size = size;
  }
  Heap.prototype.push = function () {
    return this.size;
  };
  return Heap;
})();

module.exports = { Queue: make(), Heap };

(function () {
  function forgotten() {
    return 1;
  }
})();
