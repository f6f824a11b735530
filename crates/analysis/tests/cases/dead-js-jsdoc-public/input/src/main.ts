import {used} from './a';
used();
