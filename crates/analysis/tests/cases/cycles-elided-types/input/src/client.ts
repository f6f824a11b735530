import { Service } from './service';

export class Client {
  service = new Service(this);
}
