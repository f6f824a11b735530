import { Shape } from 'shapes';

export class Controls extends Shape {
  move() {
    return this.a;
  }
}
