import Used from '../components/Used';
export default Used;
