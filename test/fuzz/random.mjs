/** A seeded generator (mulberry32): the same seed gives the same inputs on every machine. */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    /** The seed of a generator that goes on as this one will. */
    state: () => state,
    /** A whole number from 0 to `end - 1`. */
    below: (end) => next() % end,
    pick: (list) => list[next() % list.length],
  };
}
