/** The figures of all runs, by the key of plan.mjs. */
export class Samples {
  #samples = new Map();

  add(key, sample) {
    this.#samples.set(key, [...(this.#samples.get(key) ?? []), sample]);
  }

  has(key) {
    return this.#samples.has(key);
  }

  /**
   * Medians of the seconds, microseconds and processor microseconds of a record; the greatest memory and stall (null
   * where none was measured) of all rounds; undefined for a key that was not measured.
   */
  of(key) {
    const samples = this.#samples.get(key);
    if (samples === undefined) return undefined;
    const [{ records }] = samples;
    const seconds = samples.map((sample) => sample.seconds);
    const stalls = samples.map(({ stallMs }) => stallMs).filter((stall) => stall !== null);
    return {
      records,
      rounds: samples.length,
      seconds: median(seconds),
      least: Math.min(...seconds),
      most: Math.max(...seconds),
      rowMicros: (median(seconds) / records) * 1e6,
      rowCpuMicros: (median(samples.map(({ cpuSeconds }) => cpuSeconds)) / records) * 1e6,
      peakMiB: Math.max(...samples.map(({ peakMiB }) => peakMiB)),
      stallMs: stalls.length === 0 ? null : Math.max(...stalls),
    };
  }
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
