export default {schema:'./src/data/tables.ts', out:'./drizzle'};
