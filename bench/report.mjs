import { cpus, loadavg } from 'node:os';

const NO_FORMAT = 'none';

/** The report as Markdown: where it was measured, speed, memory, growth. It names no host and no path. */
export function renderReport({ rounds, records, kinds, formats, growth, samples, loadBefore }) {
  const median = (name, field) => middle(samples.get(name).map((sample) => sample[field]));
  const spread = (name) => {
    const seconds = samples.get(name).map((sample) => sample.seconds);
    return `${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)}`;
  };
  const thousandRows = (name) => (records / median(name, 'seconds') / 1000).toFixed(0);
  const cases = kinds.flatMap((kind) => formats.map((format) => ({ kind, format })));

  const floorRows = kinds.map((kind) => {
    const name = `floor ${kind} ${NO_FORMAT}`;
    return [
      kind,
      median(name, 'seconds').toFixed(2),
      spread(name),
      thousandRows(name),
      mib(median(name, 'peakMiB')),
    ];
  });
  const speedRows = cases.map(({ kind, format }) => {
    const [ours, naive] = [`ges-export ${kind} ${format}`, `naive ${kind} ${format}`];
    const [ourSeconds, naiveSeconds] = [median(ours, 'seconds'), median(naive, 'seconds')];
    const floorSeconds = median(`floor ${kind} ${NO_FORMAT}`, 'seconds');
    return [
      `${kind} → ${format}`,
      ourSeconds.toFixed(2),
      spread(ours),
      thousandRows(ours),
      naiveSeconds.toFixed(2),
      spread(naive),
      thousandRows(naive),
      `${(naiveSeconds / ourSeconds).toFixed(2)}×`,
      `${(ourSeconds / floorSeconds).toFixed(1)}×`,
    ];
  });
  const memoryRows = cases.map(({ kind, format }) => {
    const ours = median(`ges-export ${kind} ${format}`, 'peakMiB');
    const naive = median(`naive ${kind} ${format}`, 'peakMiB');
    return [`${kind} → ${format}`, mib(ours), mib(naive), `${(ours / naive).toFixed(2)}×`];
  });
  const growthRows = cases.map(({ kind, format }) => {
    const [one, ten] = [`ges-export ${kind} ${format}`, `growth ${kind} ${format}`];
    const [oneSeconds, tenSeconds] = [
      median(one, 'seconds') / records,
      median(ten, 'seconds') / (records * growth),
    ];
    const [oneMiB, tenMiB] = [median(one, 'peakMiB'), median(ten, 'peakMiB')];
    return [
      `${kind} → ${format}`,
      (oneSeconds * 1e6).toFixed(2),
      (tenSeconds * 1e6).toFixed(2),
      `${(tenSeconds / oneSeconds).toFixed(2)}×`,
      mib(oneMiB),
      mib(tenMiB),
      `${(tenMiB / oneMiB).toFixed(2)}×`,
    ];
  });

  return `# Benchmarks

Written by \`npm run bench\`; the next run replaces it. The simulator and every contender run in processes of their own on
one machine and share its cores; pages of 100000 records come over loopback. Times run from the start of the process to
its exit. The contenders take turns within each round; figures are medians of the rounds. The rows of every output
were counted by csv-parse, JSON.parse or hyparquet, and are the records of the job.

| | |
|---|---|
| date | ${new Date().toISOString().slice(0, 10)} |
| processor | ${cpus()[0].model.trim()}, ${cpus().length} logical |
| Node | ${process.version} |
| load average before, after (1, 5, 15 minutes) | ${load(loadBefore)}; ${load(loadavg())} |
| records, rounds | ${records}, ${rounds} |

The bench itself adds a load of two to three. More than that, or a load above the number of processors before the run,
means that other work took its share: times are then too long, and ratios are no surer than the ranges are narrow.

## Floor

undici, four requests at a time, bodies dropped.

${table(['job', 'seconds', 'range', 'thousand rows/s', 'peak MiB'], floorRows)}

## Speed

\`naive\` is bench/naive.mjs: fetch, JSON.parse, csv-stringify, JSON.stringify or parquetjs-lite, one page after the other.
It checks no page, rounds integers beyond 2^53, and neither syncs nor hashes its file. \`ges-export\` is
\`ges-export export … --quiet\` with its default options, the verification of the written files included.

${table(
  [
    'job → format',
    'ges-export s',
    'range',
    'thousand rows/s',
    'naive s',
    'range',
    'thousand rows/s',
    'speed against naive',
    'time against floor',
  ],
  speedRows,
)}

## Peak memory

Peak resident memory in MiB.

${table(['job → format', 'ges-export', 'naive', 'ratio'], memoryRows)}

## Growth

ges-export with ${records} records (median) against ${records * growth} (one run each).

${table(
  [
    'job → format',
    'µs a row',
    `µs a row, ${growth} times`,
    'ratio',
    'peak MiB',
    `peak MiB, ${growth} times`,
    'ratio',
  ],
  growthRows,
)}
`;
}

function middle(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function mib(value) {
  return value.toFixed(0);
}

function load(averages) {
  return averages.map((each) => each.toFixed(1)).join(', ');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
