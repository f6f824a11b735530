import { draw } from '@lib/draw';
import dark from '~/look/dark';
draw(dark);
