import { Action } from './action';

export class Scheduler {
  run(): void {
    new Action(this).start();
  }
}
