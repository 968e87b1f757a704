// Kills the built command in the middle of loads, at any moment, by SIGKILL and SIGTERM, and runs the same command until it
// is done. Between the two a reader must see the table as it was or as it becomes; in the end the table must be that of
// an undisturbed load, value by value, the ledger must name each load once, and other tables must be as they were.
// PostgreSQL and ClickHouse are taken where PGHOST and CLICKHOUSE_URL say that they are. The last line is
// "N passed, M failed".
//
//   node test/services/load/kill.mjs --help
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createClient } from '@clickhouse/client';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { Dice, isCleanFailure, openBench, readOptions, sayEnd, Tally, workThrough } from '../harness.mjs';

const options = readOptions({
  seed: [1, 'of the dice'],
  seconds: [40, 'after which no new case begins'],
  cases: [100_000, 'at most'],
  workers: [2, 'cases at a time'],
  databases: ['postgres,clickhouse,duckdb', 'which of them'],
});

const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE } = process.env;
const { CLICKHOUSE_URL, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD } = process.env;

const bench = await openBench();
const tally = new Tally();
let names = 0;

const digest = (rows) =>
  createHash('sha256')
    .update(
      rows
        .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value)))
        .sort()
        .join('\n'),
    )
    .digest('hex');

/** Each opens a database of its own: how to load into it, and its tables with their rows. */
const DATABASES = {
  async postgres() {
    const name = `kill_${process.pid}_${names++}`;
    const as = async (database, work) => {
      const client = new pg.Client({ database });
      await client.connect();
      try {
        return await work(async (text) => (await client.query({ text, rowMode: 'array' })).rows);
      } finally {
        await client.end();
      }
    };
    await as(PGDATABASE, (query) => query(`CREATE DATABASE ${name}`));
    return {
      args: ['postgres'],
      file: [],
      env: { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE: name },
      read: (table) => as(name, (query) => query(`SELECT * FROM ${table}`)),
      tables: () =>
        as(name, (query) => query(`SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'`)),
      write: (sql) => as(name, (query) => query(sql)),
      close: () => as(PGDATABASE, (query) => query(`DROP DATABASE ${name} WITH (FORCE)`)),
    };
  },
  async clickhouse() {
    const name = `kill_${process.pid}_${names++}`;
    const client = createClient({
      url: CLICKHOUSE_URL,
      username: CLICKHOUSE_USER,
      password: CLICKHOUSE_PASSWORD,
    });
    const rows = async (query) => (await (await client.query({ query, format: 'JSONCompact' })).json()).data;
    await client.command({ query: `CREATE DATABASE ${name}` });
    return {
      args: ['clickhouse'],
      file: [],
      env: { CLICKHOUSE_URL, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, CLICKHOUSE_DATABASE: name },
      // Of rows with one key the last counts; the column of a load is named by it.
      read: (table, isUpsert) => rows(`SELECT * FROM ${name}.${table}${isUpsert ? ' FINAL' : ''}`),
      tables: () => rows(`SELECT name FROM system.tables WHERE database = '${name}'`),
      write: (sql) =>
        client.command({
          query: sql
            .replace('other', `${name}.other`)
            .replace('(n INTEGER)', '(n Int32) ENGINE = MergeTree() ORDER BY n'),
        }),
      async close() {
        await client.command({ query: `DROP DATABASE ${name}` });
        await client.close();
      },
    };
  },
  async duckdb() {
    const file = `${bench.newFolder()}.duckdb`;
    const as = async (work) => {
      const instance = await DuckDBInstance.create(file);
      const connection = await instance.connect();
      try {
        return await work(async (sql) => (await connection.runAndReadAll(sql)).getRowsJson());
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    };
    return {
      args: ['duckdb'],
      file: [file],
      env: {},
      read: (table) => as((query) => query(`SELECT * FROM ${table}`)),
      tables: () => as((query) => query('SELECT table_name FROM information_schema.tables')),
      write: (sql) => as((query) => query(sql)),
      close: async () => rmSync(file, { force: true }),
    };
  },
};

/** Two results with the columns of one table: what is there before, and what is loaded then. */
const JOBS = ['synthetic-vertices-1500', 'synthetic-vertices-4000'];
const FORMATS = [
  ['csv', 'none'],
  ['csv', 'gzip'],
  ['ndjson', 'none'],
  ['parquet', 'snappy'],
];
const exportsOf = new Map();

/** The folders of both exports in one format, of several parts. */
function exported(format, compression) {
  const key = `${format}/${compression}`;
  if (!exportsOf.has(key)) exportsOf.set(key, makeExports(format, compression));
  return exportsOf.get(key);
}

async function makeExports(format, compression) {
  const folders = [];
  for (const job of JOBS) {
    const folder = bench.newFolder();
    const parts = ['--page-size', '500', '--rows-per-file', '1000'];
    const end = await bench.run([
      job,
      '--out',
      folder,
      '--format',
      format,
      '--compression',
      compression,
      ...parts,
      '--quiet',
    ]);
    if (end.exitCode !== 0) throw new Error(sayEnd(end));
    folders.push(folder);
  }
  return folders;
}

const TABLE = 'vertices';
const load = (database, folder, mode) => {
  const key = mode === 'upsert' ? ['--key', 'id'] : [];
  return bench.start(
    [...database.args, folder, ...database.file, '--mode', mode, ...key, '--quiet'],
    database.env,
    'load',
  );
};

async function stateOf(database, mode) {
  const tables = (await database.tables()).flat();
  return tables.includes(TABLE) ? digest(await database.read(TABLE, mode === 'upsert')) : 'no table';
}

const undisturbed = new Map();

/** What the table is before and after, and how long a load takes. */
function expected(kind, mode, format, hasOld) {
  const key = [kind, mode, ...format, hasOld].join('/');
  if (!undisturbed.has(key)) undisturbed.set(key, loadUndisturbed(kind, mode, format, hasOld));
  return undisturbed.get(key);
}

async function loadUndisturbed(kind, mode, format, hasOld) {
  const [old, young] = await exported(...format);
  const database = await DATABASES[kind]();
  try {
    if (hasOld) await end(load(database, old, mode));
    const before = await stateOf(database, mode);
    const start = Date.now();
    await end(load(database, young, mode));
    return { before, after: await stateOf(database, mode), ms: Date.now() - start };
  } finally {
    await database.close();
  }
}

async function end(running) {
  const result = await running.ended;
  if (result.exitCode !== 0) throw new Error(sayEnd(result));
}

async function killCase(dice, kind, mode) {
  const format = dice.of(FORMATS);
  const hasOld = mode !== 'replace' || dice.int(0, 3) > 0;
  const wanted = await expected(kind, mode, format, hasOld);
  if (wanted.before === wanted.after) return 'the load changes nothing, so it shows nothing';
  const [old, young] = await exported(...format);
  const database = await DATABASES[kind]();
  try {
    await database.write('CREATE TABLE other (n INTEGER)');
    await database.write('INSERT INTO other VALUES (7)');
    if (hasOld) await end(load(database, old, mode));
    for (let kill = dice.int(1, 3); kill > 0; kill--) {
      const running = load(database, young, mode);
      const signal = dice.of(['SIGKILL', 'SIGKILL', 'SIGTERM']);
      const timer = setTimeout(() => running.child.kill(signal), dice.int(0, wanted.ms * 1.1));
      const result = await running.ended;
      clearTimeout(timer);
      const isKilled = result.signal !== null || result.exitCode === 130;
      if (!isKilled && result.exitCode !== 0) return `after ${signal}: ${sayEnd(result)}`;
      if (result.exitCode === 130 && !isCleanFailure(result)) return `unclear end: ${result.stderr}`;
      const seen = await stateOf(database, mode);
      if (seen !== wanted.before && seen !== wanted.after) return `after ${signal} a reader sees half a load`;
    }
    for (let tries = 1; ; tries++) {
      const result = await load(database, young, mode).ended;
      if (result.exitCode === 0) break;
      if (tries === 5 || !isCleanFailure(result)) return `the same command: ${sayEnd(result)}`;
    }
    return await whatIsWrong(database, kind, mode, hasOld, wanted.after);
  } finally {
    await database.close();
  }
}

async function whatIsWrong(database, kind, mode, hasOld, after) {
  if ((await stateOf(database, mode)) !== after) return 'the table is not that of an undisturbed load';
  const tables = (await database.tables()).flat();
  // Where a server has no locks, a staging table may be another load's; the next load drops it, an hour later.
  const left = tables.filter((name) => name.startsWith('ges_export_staging'));
  if (kind !== 'clickhouse' && left.length > 0) return `left over: ${left.join()}`;
  const ledger = await database.read('ges_export_loads');
  const loads = mode === 'replace' || !hasOld ? 1 : 2;
  const isPublished = (row) => kind !== 'clickhouse' || row.includes('published');
  // ClickHouse only adds rows, those of the load that was there before among them.
  const known = new Set(
    ledger.filter(isPublished).map((row) => row.find((cell) => /^[0-9a-f]{64}$/.test(cell))),
  );
  const wanted = kind === 'clickhouse' && hasOld ? 2 : loads;
  if (known.size !== wanted || (kind !== 'clickhouse' && ledger.length !== wanted))
    return `the ledger names ${known.size} loads in ${ledger.length} rows, not ${wanted}`;
  return JSON.stringify(await database.read('other')) === '[[7]]' ? null : 'another table has changed';
}

function* tasks() {
  const kinds = options.databases.split(',');
  const missing = { postgres: PGHOST === undefined, clickhouse: CLICKHOUSE_URL === undefined };
  const there = kinds.filter((kind) => missing[kind] !== true);
  for (let index = 0; index < options.cases; index++) {
    const dice = new Dice(options.seed, index);
    const kind = there[index % there.length];
    const mode = ['replace', 'append', 'upsert'][Math.floor(index / there.length) % 3];
    yield async () => {
      const problem = await killCase(dice, kind, mode).catch((error) => `${error.stack}`);
      tally.report(`${kind} ${mode}`, `--seed ${options.seed}, case ${index}`, problem);
    };
  }
}

await workThrough(tasks(), options.workers, options.seconds);
await bench.close();
tally.end();
