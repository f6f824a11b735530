export class M {}
export class N {}
