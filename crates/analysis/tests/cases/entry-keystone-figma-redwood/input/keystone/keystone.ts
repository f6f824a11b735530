import { session } from './auth';
export default { session };
