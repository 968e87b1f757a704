import { FORMATS, JOBS } from './jobs.mjs';

const DIRECT = { gzip: false, latencyMs: 0 };
const LATENCIES_MS = [10, 100];
const CONCURRENCIES = [1, 8];
/** Requests of a latency run: enough for the latency to rule. */
export const LATENCY_PAGES = 100;
/** The jobs that targets are for. */
export const TARGET_KINDS = ['vertices', 'pagerank'];
/**
 * Runs for the targets have this many times the records, so that start-up counts for little: with the 300000 of a whole
 * run 3 million against others, 6 million against the floor, and 60 million for the growth.
 */
export const SIZES = { others: 10, floor: 20, growth: 200 };

/** The name under which the samples of a run are kept. */
export function keyOf({ contender, kind, format, gzip, latencyMs, concurrency, times }) {
  return [
    contender,
    kind,
    format ?? '-',
    gzip ? 'gzip' : 'plain',
    latencyMs,
    concurrency ?? '',
    times ?? 1,
  ].join(' ');
}

/** The runs of one round, in their order: contenders take turns within each job and format. */
export function planRound(contenders, options) {
  return options.kinds.flatMap((kind) => {
    const direct = inEachFormat(contenders, (contender, format) =>
      runOf(contender, kind, format, options, DIRECT),
    );
    const unpacking = contenders.filter(({ name, formats }) => name === 'columnar' || formats.length === 0);
    const gzip = inEachFormat(unpacking, (contender, format) =>
      runOf(contender, kind, format, options, { ...DIRECT, gzip: true }),
    );
    return [
      ...direct,
      ...gzip,
      ...(kind === options.kinds[0] ? planLatency(contenders, kind, options) : []),
      ...(TARGET_KINDS.includes(kind) ? planTargets(contenders, kind, options) : []),
    ];
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

/** Peers that get fewer records are too slow to be the best one. */
function planTargets(contenders, kind, options) {
  const against = contenders.filter(
    ({ name, isPeer, share }) => name === 'columnar' || name === 'naive' || (isPeer && share === 1),
  );
  return [
    ...planLong(against, kind, options, SIZES.others),
    ...planLong(contenders.filter(isOursOrFloor), kind, options, SIZES.floor),
  ];
}

/** One run each of the floor and of ges-export. */
export function planGrowth(contenders, options) {
  const kinds = options.kinds.filter((kind) => TARGET_KINDS.includes(kind));
  return kinds.flatMap((kind) => planLong(contenders.filter(isOursOrFloor), kind, options, SIZES.growth));
}

function isOursOrFloor({ name }) {
  return name === 'columnar' || name === 'floor';
}

function planLong(contenders, kind, options, times) {
  return inEachFormat(contenders, (contender, format) => {
    const run = runOf({ ...contender, share: 1 }, kind, format, options, DIRECT);
    return { ...run, records: run.records * times, times };
  });
}

/** Each contender once for each of its formats; downloads, which have none, with the first. */
function inEachFormat(contenders, plan) {
  return FORMATS.flatMap((format, index) =>
    contenders
      .filter(({ formats }) => (formats.length === 0 ? index === 0 : formats.includes(format)))
      .map((contender) => plan(contender, format)),
  );
}

function runOf({ name, formats, share }, kind, format, options, network) {
  const records = Math.max(1, Math.round(options.records * JOBS[kind].weight * share));
  return { contender: name, kind, format: formats.length === 0 ? undefined : format, records, ...network };
}
