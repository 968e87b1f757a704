import { CONTENDERS } from './contenders.mjs';
import { FORMATS } from './jobs.mjs';
import { keyOf, SIZES, TARGET_KINDS } from './plan.mjs';

const AGAINST_NAIVE = {
  vertices: { csv: 18, ndjson: 18, parquet: 40 },
  pagerank: { csv: 20, ndjson: 20, parquet: 40 },
};
const AGAINST_PEER = { csv: 6, ndjson: 8, parquet: 5 };
const AGAINST_FLOOR = { csv: 0.35, ndjson: 0.45, parquet: 0.3 };
const GROWTH_RATIO = 1.05;
const PEAK_MIB = { plain: 150, gzip: 160 };
const STALL_MS = 25;
const LATENCY_RATIO = 6;
const LATENCY = { latencyMs: 100, few: 1, many: 8 };

const PEERS = CONTENDERS.filter(({ isPeer }) => isPeer).map(({ name }) => name);

/**
 * The targets as `{ what, wanted, got, isMet }`; those whose runs were left out are not among them. Ratios of speed
 * are those of time per record.
 */
export function targetsOf(samples, kinds) {
  const at = (contender, kind, format, more) =>
    samples.of(keyOf({ contender, kind, format, gzip: false, latencyMs: 0, ...more }));
  const targets = [];
  const atLeast = (what, wanted, got, note = '') =>
    targets.push({ what, wanted: `≥ ${wanted}×`, got: `${ratio(got)}×${note}`, isMet: got >= wanted });
  const atMost = (what, wanted, got, unit, digits) =>
    targets.push({
      what,
      wanted: `≤ ${wanted}${unit}`,
      got: `${got.toFixed(digits)}${unit}`,
      isMet: got <= wanted,
    });

  for (const kind of kinds.filter((name) => TARGET_KINDS.includes(name))) {
    for (const format of FORMATS) {
      const ours = at('columnar', kind, format, { times: SIZES.others });
      if (ours === undefined) continue;
      const job = `${kind} → ${format}`;
      const naive = at('naive', kind, format, { times: SIZES.others });
      if (naive) atLeast(`naive, ${job}`, AGAINST_NAIVE[kind][format], naive.rowMicros / ours.rowMicros);
      const peers = PEERS.flatMap((name) => {
        const peer = at(name, kind, format, { times: SIZES.others }) ?? at(name, kind, format);
        return peer === undefined ? [] : [{ name, rowMicros: peer.rowMicros }];
      }).sort((a, b) => a.rowMicros - b.rowMicros);
      const [best] = peers;
      if (best) {
        const got = best.rowMicros / ours.rowMicros;
        atLeast(`best peer, ${job}`, AGAINST_PEER[format], got, ` (${best.name})`);
      }
      const long = at('columnar', kind, format, { times: SIZES.floor });
      const floor = at('floor', kind, undefined, { times: SIZES.floor });
      if (long && floor && kind === 'vertices') {
        atLeast(`floor, ${job}`, AGAINST_FLOOR[format], floor.rowMicros / long.rowMicros);
      }
      const grown = at('columnar', kind, format, { times: SIZES.growth });
      if (long && grown) {
        const got = grown.rowMicros / long.rowMicros;
        atMost(
          `growth, time a row at ${SIZES.growth / SIZES.floor} times the records, ${job}`,
          GROWTH_RATIO,
          got,
          '×',
          2,
        );
      }
    }
  }
  const all = kinds.flatMap((kind) => FORMATS.map((format) => ({ kind, format })));
  for (const gzip of [false, true]) {
    const figures = all
      .flatMap(({ kind, format }) =>
        [1, ...Object.values(SIZES)].map((times) => at('columnar', kind, format, { gzip, times })),
      )
      .filter((each) => each !== undefined);
    if (figures.length === 0) continue;
    const name = gzip ? 'gzip' : 'plain';
    atMost(
      `peak memory, any job and format, ${name}`,
      PEAK_MIB[name],
      greatest(figures, 'peakMiB'),
      ' MiB',
      0,
    );
    atMost(`longest stall, any job and format, ${name}`, STALL_MS, greatest(figures, 'stallMs'), ' ms', 0);
  }
  for (const { kind, format } of all) {
    const { latencyMs, few, many } = LATENCY;
    const slow = at('columnar', kind, format, { latencyMs, concurrency: few });
    const fast = at('columnar', kind, format, { latencyMs, concurrency: many });
    if (slow === undefined || fast === undefined) continue;
    atLeast(
      `concurrency ${many} against ${few} at ${latencyMs} ms, ${kind} → ${format}`,
      LATENCY_RATIO,
      slow.seconds / fast.seconds,
    );
  }
  return targets;
}

/** Two digits below ten, none above a hundred. */
export function ratio(value) {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function greatest(figures, field) {
  return Math.max(...figures.map((each) => each[field] ?? 0));
}
