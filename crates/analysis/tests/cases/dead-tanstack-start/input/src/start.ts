import { createStart } from '@tanstack/react-start';
import { log } from './lib/log';

export const startInstance = createStart(() => ({ requestMiddleware: [log] }));
