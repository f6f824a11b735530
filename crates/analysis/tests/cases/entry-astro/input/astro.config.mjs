import own from './integrations/own.mjs';
export default {integrations:[own()]};
