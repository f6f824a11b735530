export class Shape {
  constructor() {
    this.a = 1;
  }
}
