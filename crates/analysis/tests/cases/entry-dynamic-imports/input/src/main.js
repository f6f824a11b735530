const A = React.lazy(() => import('./A'));
const r = [{component: () => import('./views/B.vue')}, {loadChildren: () => import('./m').then(x => x.M)}];
const g = import.meta.glob('./plugins/*.js');
const c = require.context('./icons', true, /\.js$/);
