function observe() {
  function send() {
    return 1;
  }
  addEventListener('load', send);
}
function left() {
  return 2;
}
export const html = `<script>(${observe.toString()})()</script>`;
