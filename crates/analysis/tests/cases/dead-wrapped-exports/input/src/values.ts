type Step = (n: number) => number;

const quick: Step = (n) => n;
const slow: Step = (n) => n + 1;
export const step = process.env.SLOW ? slow : quick;
export const cast = ((n: number) => n + 2) as Step;
export const kept = { run: (n: number) => n + 3 } satisfies Record<string, Step>;
let later: Step;
later = (n) => n + 4;
export default later;

function gone() {
  return 5;
}
