export default {schema:'./src/api/schema.ts', generates:{'src/gql.ts':{plugins:['./gen/plugin.js']}}};
