/* eslint-disable @typescript-eslint/no-unused-vars */
import { a } from 'a';
