import { a } from 'a'; // eslint-disable-line @typescript-eslint/no-unused-vars
// eslint-disable-next-line
import { b } from 'b';
// eslint-disable-next-line no-unused-vars -- kept for its types
import { c } from 'c';
// eslint-disable-next-line no-console
import { d } from 'd';
