import Own from '../parts/Own.vue';
export default Own;
