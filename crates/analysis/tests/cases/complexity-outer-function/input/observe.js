export function observe(source) {
  return source.lift((value, subscriber) => {
    if (value === 0) {
      subscriber.next(0);
    }
    if (value === 1) {
      subscriber.next(1);
    }
    if (value === 2) {
      subscriber.next(2);
    }
    if (value === 3) {
      subscriber.next(3);
    }
    if (value === 4) {
      subscriber.next(4);
    }
    if (value === 5) {
      subscriber.next(5);
    }
    if (value === 6) {
      subscriber.next(6);
    }
    if (value === 7) {
      subscriber.next(7);
    }
    if (value === 8) {
      subscriber.next(8);
    }
    if (value === 9) {
      subscriber.next(9);
    }
    if (value === 10) {
      subscriber.next(10);
    }
    if (value === 11) {
      subscriber.next(11);
    }
    if (value === 12) {
      subscriber.next(12);
    }
    if (value === 13) {
      subscriber.next(13);
    }
    if (value === 14) {
      subscriber.next(14);
    }
    if (value === 15) {
      subscriber.next(15);
    }
    if (value === 16) {
      subscriber.next(16);
    }
  });
}
