import {b} from '~/b';
import lib from 'lib';
export const a = [b, lib];
