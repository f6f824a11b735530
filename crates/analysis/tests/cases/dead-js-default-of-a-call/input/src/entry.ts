import type { EntryPoint } from 'inversify';

export default <EntryPoint>((connection) => {
  connection.listen();
});
