import { TurboModuleRegistry, type TurboModule } from 'react-native';

export interface Spec extends TurboModule {
  shoot(): void;
}

export default TurboModuleRegistry.getEnforcing<Spec>('Camera');
