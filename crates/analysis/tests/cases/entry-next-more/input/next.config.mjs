import {withX} from './config-next/x.mjs';
export default withX({pageExtensions:['page.tsx','tsx']});
