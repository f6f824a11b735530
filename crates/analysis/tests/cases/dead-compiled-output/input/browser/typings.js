import { Readable, EventEmitter } from "../src/own.mjs";
export const typings = 1;

//# sourceMappingURL=typings.js.map
