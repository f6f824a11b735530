import { Gone } from '../dist/index';

export interface Extra {
  name: string;
}
