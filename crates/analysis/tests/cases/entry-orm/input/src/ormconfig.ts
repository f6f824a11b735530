export const source = new DataSource({entities:[__dirname + '/things/*.thing.ts'], migrations:['src/moves/*.ts']});
