"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
var tslib_1 = require("tslib");
var Environment = /** @class */ (function () {
    function Environment(outer) {
        this.outer = outer;
    }
    Environment.prototype.run = function () {
        return 1;
    };
    return Environment;
}());
exports.Environment = Environment;
