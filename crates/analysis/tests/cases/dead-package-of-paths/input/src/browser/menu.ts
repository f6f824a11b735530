export class Menu {}

function hidden() {
  return 1;
}
