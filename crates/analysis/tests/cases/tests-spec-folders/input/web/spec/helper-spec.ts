import { helper } from './helper';

it('helps', () => expect(helper()).toBe(1));
