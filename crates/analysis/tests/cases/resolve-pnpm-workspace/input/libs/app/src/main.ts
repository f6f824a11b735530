import {u} from '@x/ui';
import {b} from '@x/ui/button';
console.log(u, b);
