import {c} from '@/constants/c';
export default c;
