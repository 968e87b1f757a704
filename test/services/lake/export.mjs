// Exports two jobs into each table, in both formats, by the built command, and writes down what readers must find; the
// vertices also into tables with partitions.
//   export.mjs WORK PYTHON     WORK/plan.json names the tables; with S3_TEST_ENDPOINT, _KEY and _SECRET they are made at a store
// Ends with an error where a repeated command does anything, or where an export touches the files of another.
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringifyJson } from '../../../dist/index.js';
import { expectedRows, jobs } from '../records.mjs';
import { openRecordsGraph } from '../records-graph.mjs';

const work = resolve(process.argv[2]);
const python = process.argv[3];
const { S3_TEST_ENDPOINT: endpoint, S3_TEST_KEY: key, S3_TEST_SECRET: secret } = process.env;

const graph = await openRecordsGraph(
  endpoint === undefined
    ? {}
    : { AWS_ENDPOINT_URL_S3: endpoint, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret },
);
const run = async (...args) => (await graph.run(...args)).stderr;

function hashes(folder) {
  const entries = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.parquet'));
  return Object.fromEntries(
    entries.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    ]),
  );
}

/** The log of a table as another program leaves it: a checkpoint, and no commit before it. */
function cutLog(table) {
  const script = fileURLToPath(new URL('checkpoint.py', import.meta.url));
  const { status, stderr } = spawnSync(python, [script, table], { encoding: 'utf8' });
  check(status === 0, `no checkpoint: ${stderr}`);
}

function check(isRight, what) {
  if (!isRight) throw new Error(what);
}

const base = endpoint === undefined ? work : await makeBucket();
// At a store the first table tells enough.
const JOBS = endpoint === undefined ? ['vertices', 'pagerank'] : ['vertices'];
const jobIds = [...jobs.keys()].filter((jobId) => JOBS.includes(jobId.split('-')[0]));
const PARTS = ['name', 'big', 'ok'];
const names = [...new Set(jobIds.map((jobId) => jobId.split('-')[0]))];
const tables = (await Promise.all(['delta', 'iceberg'].map(makeTables))).flat();
// A store takes its time for many small files; a small table is in ../store.
if (endpoint === undefined) tables.push(...(await Promise.all(['delta', 'iceberg'].map(makeParts))));

/** Every job after the other into the tables of one place, each twice. */
async function makeTables(format) {
  const out = `${base}/${format} 表`;
  let before = {};
  for (const jobId of jobIds) {
    const options = [
      '--format',
      'parquet',
      '--table-format',
      format,
      '--rows-per-file',
      '200',
      '--page-size',
      '100',
    ];
    const command = ['export', jobId, '--out', out, ...options];
    const said = await run(...command);
    check(said.includes('Committed table'), `no commit: ${said}`);
    const again = await run(...command);
    check(again.includes('Already complete') && !again.includes('Committed'), `the second time: ${again}`);
    if (endpoint !== undefined) continue;
    const now = hashes(out);
    for (const [path, hash] of Object.entries(before))
      check(now[path] === hash, `"${path}" was written again`);
    check(Object.keys(now).length > Object.keys(before).length, `job ${jobId} added no file`);
    before = now;
    if (format === 'delta' && jobId === 'vertices-1') cutLog(`${out}/vertices`);
  }
  await run('verify', out, '--read-data');
  return names.map((name) => {
    const rows = jobIds.filter((jobId) => jobId.startsWith(name));
    return { format, location: `${out}/${name}`, rows, exports: rows.length };
  });
}

/** Two days of one table, dealt out by columns too: values that paths escape, nulls, empty text, a day of Chinese name. */
async function makeParts(format) {
  const out = `${base}/${format} parts`;
  const exports = [
    { job: 'vertices-1', 日期: '2026-11-22' },
    { job: 'vertices-2', 日期: '2026-11-23' },
  ];
  const commands = exports.map(({ job, 日期 }) => [
    ...['export', job, '--out', out, '--format', 'parquet', '--table-format', format, '--file-bytes', '1GB'],
    ...[`日期=${日期}`, ...PARTS].flatMap((one) => ['--partition-by', one]),
  ]);
  let before = {};
  for (const command of commands) {
    const said = await run(...command);
    check(said.includes('Committed table'), `no commit: ${said}`);
    check(said.includes('a partition of empty text') === (format === 'delta'), `the warning: ${said}`);

    const now = hashes(out);
    for (const [path, hash] of Object.entries(before))
      check(now[path] === hash, `"${path}" was written again`);
    before = now;
    if (format === 'delta' && command === commands[0]) cutLog(`${out}/vertices`);
  }
  for (const command of commands) {
    const again = await run(...command);
    check(again.includes('Already complete') && !again.includes('Committed'), `the second time: ${again}`);
  }
  await run('verify', out, '--read-data');
  const rows = exports.map(({ job }) => job);
  const added = Object.fromEntries(exports.map(({ job, 日期 }) => [job, { 日期 }]));
  return { format, location: `${out}/vertices`, rows, exports: rows.length, added, partitions: PARTS };
}

graph.close();
for (const jobId of jobIds) writeFileSync(join(work, `${jobId}.json`), stringifyJson(expectedRows(jobId)));
writeFileSync(
  join(work, 'plan.json'),
  JSON.stringify({ tables, store: endpoint === undefined ? null : { endpoint, key, secret } }),
);

async function makeBucket() {
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const Bucket = `tables-${randomUUID()}`;
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: key, secretAccessKey: secret },
  });
  await client.send(new CreateBucketCommand({ Bucket }));
  client.destroy();
  return `s3://${Bucket}`;
}
