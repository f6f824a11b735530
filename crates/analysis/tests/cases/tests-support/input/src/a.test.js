import { a } from './a';

test('a', () => a());
