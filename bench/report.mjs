import { cpus, loadavg, totalmem } from 'node:os';
import { CONTENDERS } from './contenders.mjs';
import { FORMATS } from './jobs.mjs';
import { keyOf, LATENCY_PAGES, SIZES } from './plan.mjs';
import { ratio, targetsOf } from './targets.mjs';

/** The report as Markdown. It names no host and no path. */
export function renderReport({ rounds, records, kinds, samples, absent, loadBefore, seconds }) {
  const at = (contender, kind, format, more) =>
    samples.of(keyOf({ contender, kind, format, gzip: false, latencyMs: 0, ...more }));
  const sections = [
    head({ rounds, records, loadBefore, seconds }),
    contenderTable(absent),
    '## Targets\n',
    table(
      ['ges-export against', 'target', 'here', 'met'],
      targetsOf(samples, kinds).map(({ what, wanted, got, isMet }) => [
        what,
        wanted,
        got,
        isMet ? 'yes' : '**no**',
      ]),
    ),
    `\nAgainst the naive program and peers with ${records * SIZES.others} records (peers with a smaller share of the\nrecords, below, with theirs), against the floor with ${records * SIZES.floor}, growth from there to ${records * SIZES.growth}, one run.\n`,
    longSection(kinds, at),
    ...kinds.map((kind) => speedSection(kind, at)),
    gzipSection(kinds, at),
    latencySection(kinds, at),
    growthSection(kinds, at),
  ];
  return `${sections.join('\n')}\n`;
}

function head({ rounds, records, loadBefore, seconds }) {
  const facts = [
    ['date', new Date().toISOString().slice(0, 10)],
    ['processor', `${cpus()[0].model.trim()}, ${cpus().length} logical`],
    ['memory', `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ['Node', process.version],
    ['load average before, after (1, 5, 15 minutes)', `${load(loadBefore)}; ${load(loadavg())}`],
    ['records', `${records}, fewer for slow contenders, more for the targets, see the tables`],
    ['rounds, seconds', `${rounds}, ${seconds}`],
  ];
  return `# Benchmarks

Written by \`npm run bench\`; the next run replaces it. Simulators and contenders run in processes of their own on one
machine and share its cores; pages of 100000 records come over loopback. Times run from the start of the process to its
exit, downloads into files included. Contenders take turns within each round. Times are medians of the rounds; memory
(of all processes of a contender together) and stalls (of the event loop, since the first request) are the greatest.
Every output (of jobs of more than 300000 records: that of the same command over as many) was read back by csv-parse,
JSON.parse or hyparquet: it has the rows of the job, and a thousand of them spread over all (CSV of pagerank: every one)
have the values of our CSV, numbers compared as doubles.

${table(['', ''], facts)}

The bench itself adds a load of two to three. A load above the number of processors before the run means that other work
took its share: times and stalls are then too long, and ratios are no surer than the ranges are narrow.
`;
}

function contenderTable(absent) {
  const reasons = (name) => absent.filter((each) => each.key === undefined && each.name === name);
  const rows = CONTENDERS.map(({ name, what }) => [
    name,
    what,
    reasons(name).map(({ reason }) => `**not measured**: ${reason}`)[0] ?? 'measured',
  ]);
  const failed = absent.filter(({ key }) => key !== undefined);
  const failures = failed.map(({ name, reason }) => `- **${name}** ${reason.replaceAll(/\s+/g, ' ')}`);
  return `## Contenders\n\n${table(['', '', ''], rows)}\n${failures.map((line) => `\n${line}`).join('')}\n`;
}

function longSection(kinds, at) {
  const rows = kinds.flatMap((kind) =>
    [SIZES.others, SIZES.floor].flatMap((times) =>
      speedRows(kind, at, times).map(([format, ...row]) => [`${kind} → ${format}`, ...row]),
    ),
  );
  return `## Long jobs\n\n${table(['job', 'contender', ...CELL_NAMES, 'columnar is faster by'], rows)}\n`;
}

function speedSection(kind, at) {
  const rows = speedRows(kind, at, 1);
  return `## ${kind}\n\n${table(['format', 'contender', ...CELL_NAMES, 'columnar is faster by'], rows)}\n`;
}

function speedRows(kind, at, times) {
  return [undefined, ...FORMATS].flatMap((format) =>
    CONTENDERS.flatMap(({ name }) => {
      const figures = at(name, kind, format, { times });
      if (figures === undefined) return [];
      const ours = at('columnar', kind, format, { times });
      const faster =
        ours === undefined || name === 'columnar' ? '' : `${ratio(figures.rowMicros / ours.rowMicros)}×`;
      return [[format ?? 'download', name, ...cells(figures), faster]];
    }),
  );
}

function gzipSection(kinds, at) {
  const rows = kinds.flatMap((kind) =>
    [undefined, ...FORMATS].flatMap((format) =>
      CONTENDERS.flatMap(({ name }) => {
        const [plain, gzip] = [at(name, kind, format), at(name, kind, format, { gzip: true })];
        if (plain === undefined || gzip === undefined) return [];
        const slower = `${ratio(gzip.rowMicros / plain.rowMicros)}×`;
        return [[`${kind} → ${format ?? 'download'}`, name, ...cells(gzip), slower]];
      }),
    ),
  );
  return `## gzip responses

The floor drops them packed, curl and ges-export unpack them.

${table(['job', 'contender', ...CELL_NAMES, 'time against plain'], rows)}
`;
}

function latencySection(kinds, at) {
  const rows = kinds.flatMap((kind) =>
    FORMATS.flatMap((format) =>
      [10, 100].flatMap((latencyMs) => {
        const [one, eight] = [1, 8].map((concurrency) =>
          at('columnar', kind, format, { latencyMs, concurrency }),
        );
        if (one === undefined || eight === undefined) return [];
        const figures = [
          one.seconds.toFixed(2),
          eight.seconds.toFixed(2),
          `${ratio(one.seconds / eight.seconds)}×`,
        ];
        return [[`${kind} → ${format}`, `${latencyMs} ms`, ...figures]];
      }),
    ),
  );
  return `## Latency

ges-export with ${LATENCY_PAGES} pages, the latency added to every answer.

${table(['job', 'latency', 'concurrency 1, s', 'concurrency 8, s', 'faster by'], rows)}
`;
}

function growthSection(kinds, at) {
  const rows = kinds.flatMap((kind) =>
    [undefined, ...FORMATS].flatMap((format) => {
      const name = format === undefined ? 'floor' : 'columnar';
      const [one, ten] = [SIZES.floor, SIZES.growth].map((times) => at(name, kind, format, { times }));
      if (one === undefined || ten === undefined) return [];
      const times = [
        one.rowMicros.toFixed(3),
        ten.rowMicros.toFixed(3),
        `${ratio(ten.rowMicros / one.rowMicros)}×`,
      ];
      const peaks = [one.peakMiB.toFixed(0), ten.peakMiB.toFixed(0), `${ratio(ten.peakMiB / one.peakMiB)}×`];
      return [[`${kind} → ${format ?? 'floor'}`, String(ten.records), ...times, ...peaks]];
    }),
  );
  const heads = ['µs a row before', 'then', 'ratio', 'peak MiB before', 'then', 'ratio'];
  return `## Growth

ges-export with ${SIZES.growth / SIZES.floor} times the records, one run each.

${table(['job', 'records', ...heads], rows)}
`;
}

const CELL_NAMES = [
  'records',
  'seconds',
  'range',
  'thousand rows/s',
  'CPU µs a row',
  'peak MiB',
  'longest stall ms',
];

function cells({ records, seconds, least, most, rowMicros, rowCpuMicros, peakMiB, stallMs }) {
  return [
    String(records),
    seconds.toFixed(2),
    `${least.toFixed(2)}–${most.toFixed(2)}`,
    (1000 / rowMicros).toFixed(0),
    rowCpuMicros.toFixed(2),
    peakMiB === 0 ? '–' : peakMiB.toFixed(0),
    stallMs === null ? '–' : stallMs.toFixed(0),
  ];
}

function load(averages) {
  return averages.map((each) => each.toFixed(1)).join(', ');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
