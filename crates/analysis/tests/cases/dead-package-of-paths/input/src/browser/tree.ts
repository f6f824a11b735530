import { Node } from './node';

export class Tree {
  root = new Node();
}
