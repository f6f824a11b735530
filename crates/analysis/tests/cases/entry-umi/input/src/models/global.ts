import { NAME } from '@/constants';
export default () => NAME;
