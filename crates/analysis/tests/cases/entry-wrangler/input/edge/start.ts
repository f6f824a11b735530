export default {};
export class Room {}
