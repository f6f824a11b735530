import type {Shown} from './t';
import {Other} from './t';
import * as effects from 'effects';
import {dead} from './t';
/** See {@link Shown}.
 * @param {Other} a what
 */
export function f(a: unknown) { return a; }
