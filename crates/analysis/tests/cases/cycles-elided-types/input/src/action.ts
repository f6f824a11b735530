import { Scheduler } from './scheduler';

export class Action {
  constructor(private scheduler: Scheduler) {}
  start(): typeof Scheduler | undefined {
    return undefined;
  }
}
