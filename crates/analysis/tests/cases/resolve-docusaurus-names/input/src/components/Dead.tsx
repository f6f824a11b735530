export default function Dead() {
  return null;
}
