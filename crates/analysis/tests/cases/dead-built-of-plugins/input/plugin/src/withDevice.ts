import { name } from './names';

export default function withDevice(config: { name: string }) {
  config.name = name;
  return config;
}
