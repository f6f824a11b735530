use crate::syntax::snapshot;

#[test]
fn javascript() {
    insta::assert_snapshot!(snapshot(
        "javascript",
        r#"#!/usr/bin/env node
import a, { b as c, default as d } from './a';
import * as ns from 'pkg';
import 'side-effect';
export { x, y as z } from './b';
export * from './c';
export * as all from './d';
export { a };
export const one = 1, { two, three: [four = 4] } = c;
export default class Shape extends Base {
    #secret = a ?? b;
    static { if (a) b(); }
    field = () => a && b;
    constructor(a, { b = 1 } = {}, ...rest) { super(); }
    get area() { return this?.a?.[1]?.(); }
    area2(a) {
        if (a && b || c && (d || e)) {                 // +1, four runs: && || && ||
            for (const x of a) {                       // +2
                while (x) { if (x) continue outer; }   // +3, +4, +1
            }
        } else if (b) {                                // +1
            a ||= b;
        } else {                                       // +1
            try { x(); } catch { y(a ? b : c ? d : e); }  // +2, +3, +4
        }
        switch (a) { case 1: case 2: break; default: this.area2(); } // +1, recursion +1
    }
}
const load = async () => { const x = await import('./lazy'); const y = require('./cjs'); };
function outer() { return function () { if (a) { b(); } }; }  // 1 for each: outer only declares
module.exports.late = function late() {};
exports.two = 2;
"#
    ));
}

#[test]
fn typescript() {
    insta::assert_snapshot!(snapshot(
        "typescript",
        r#"/// <reference path="globals.d.ts" />
/// <reference types="node" />
import type { A } from './types';
import { type B, C } from './mixed';
import { type D } from './only-types';
import fs = require('fs');
export type { A };
export interface I<T> { a: T extends string ? 1 : 2; f(): void }
export enum E { A }
export abstract class K { abstract m(): void; n(x?: number): typeof import('./typeof') { return x! as any; } }
declare function f(a: string): void;
export function f(a: any = 1): void { for (;;) { do { } while (a!.b?.c) } }
namespace N { export const inner = (x: number): x is 1 => x > 1 || x < 0; }
export = K;
"#
    ));
}
