"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.run = void 0;
const a_1 = require("a");
const run = () => (0, a_1.a)();
exports.run = run;
//# sourceMappingURL=index.js.map
