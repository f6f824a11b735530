export class Node {}
export class Leaf {}
