import { FORMATS, JOBS } from './jobs.mjs';

const DIRECT = { gzip: false, latencyMs: 0 };
const LATENCIES_MS = [10, 100];
const CONCURRENCIES = [1, 8];
/** Requests of a latency run: enough for the latency to rule. */
const LATENCY_PAGES = 100;
/** A growth run has this many times the records. */
export const GROWTH = 10;

/** The name under which the samples of a run are kept. */
export function keyOf({ contender, kind, format, gzip, latencyMs, concurrency, growth }) {
  return [
    contender,
    kind,
    format ?? '-',
    gzip ? 'gzip' : 'plain',
    latencyMs,
    concurrency ?? '',
    growth ?? 1,
  ].join(' ');
}

/** The runs of one round, in their order: contenders take turns within each job and format. */
export function planRound(contenders, options) {
  return options.kinds.flatMap((kind) => {
    const direct = FORMATS.flatMap((format, index) =>
      contenders
        .filter(({ formats }) => (formats.length === 0 ? index === 0 : formats.includes(format)))
        .map((contender) => runOf(contender, kind, format, options, DIRECT)),
    );
    const gzip = FORMATS.flatMap((format, index) =>
      contenders
        .filter(({ name, formats }) => name === 'columnar' || (formats.length === 0 && index === 0))
        .map((contender) => runOf(contender, kind, format, options, { ...DIRECT, gzip: true })),
    );
    return [...direct, ...gzip, ...(kind === options.kinds[0] ? planLatency(contenders, kind, options) : [])];
  });
}

function planLatency(contenders, kind, options) {
  const ours = contenders.filter(({ name }) => name === 'columnar');
  return ours.flatMap((contender) =>
    FORMATS.flatMap((format) =>
      LATENCIES_MS.flatMap((latencyMs) =>
        CONCURRENCIES.map((concurrency) => {
          const run = runOf(contender, kind, format, options, { gzip: false, latencyMs });
          return { ...run, concurrency, pageSize: Math.ceil(run.records / LATENCY_PAGES) };
        }),
      ),
    ),
  );
}

/** One run each, ten times as long, of the floor and of ges-export. */
export function planGrowth(contenders, options) {
  const grown = contenders.filter(({ name }) => name === 'columnar' || name === 'floor');
  return options.kinds.slice(0, 2).flatMap((kind) =>
    FORMATS.flatMap((format, index) =>
      grown
        .filter(({ formats }) => formats.length > 0 || index === 0)
        .map((contender) => {
          const run = runOf(contender, kind, format, options, DIRECT);
          return { ...run, records: run.records * GROWTH, growth: GROWTH };
        }),
    ),
  );
}

function runOf({ name, formats, share }, kind, format, options, network) {
  const part = options.isSameSize ? 1 : share;
  const records = Math.max(1, Math.round(options.records * JOBS[kind].weight * part));
  return { contender: name, kind, format: formats.length === 0 ? undefined : format, records, ...network };
}
