import './entry';
import { ContainerModule } from 'inversify';

export default new ContainerModule((bind) => {
  bind('one').to('two');
});

function gone() {
  return 1;
}
