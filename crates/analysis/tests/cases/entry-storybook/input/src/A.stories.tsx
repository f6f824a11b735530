import {A} from './A';
export default {component:A};
