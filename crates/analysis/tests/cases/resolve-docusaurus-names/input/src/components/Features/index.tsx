export default function Features() {
  return null;
}
