import type { Route } from './+types/root';
import { theme } from './lib/theme';
export default function Root(_: Route.Props) {
  return theme;
}
