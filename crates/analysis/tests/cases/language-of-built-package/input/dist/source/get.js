export default async function get(address) {
  return fetch(address);
}
