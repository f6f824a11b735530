class Controller {
  run() {
    return this.#apply({}) + this.#bind();
  }
  start() {
    return this.apply(1);
  }
  apply(value) {
    return value;
  }
  #apply(value) {
    return value;
  }
  #bind() {
    return 1;
  }
  #gone() {
    return 1;
  }
}
function constructorOf(Base) {
  function Embedded() {
    Base.apply(this, arguments);
  }
  Embedded.prototype = Object.create(Base.prototype);
  return Embedded;
}
export const controller = new Controller();
export const make = constructorOf;
export function getClientModules() {
  return ['./client'];
}
