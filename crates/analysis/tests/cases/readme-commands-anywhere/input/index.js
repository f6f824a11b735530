export function turn(list) {
  return list.reverse();
}
