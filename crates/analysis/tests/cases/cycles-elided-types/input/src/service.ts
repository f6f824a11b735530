import { Client } from './client';

@Injectable()
export class Service {
  constructor(private client: Client) {}
}
