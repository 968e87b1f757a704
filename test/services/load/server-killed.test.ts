import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@clickhouse/client';
import pg from 'pg';
import { expect } from 'vitest';
import type { Row } from '../../../src/model.js';
import { failureOf, test } from '../../cli/export-test.js';
import { runCommand, startCommand } from '../../cli/run-command.js';
import { SMALL_COLUMNS, smallRows } from '../../load/load-fixtures.js';
import { makeExport } from '../../load/make-export.js';

type Env = Readonly<Record<string, string>>;

const ENGINES = [
  {
    engine: 'postgres',
    /** What `pg_ctl stop -m immediate` sends. */
    signal: 'SIGQUIT',
    stop: 'SIGINT',
    async ask(env: Env): Promise<unknown[]> {
      const client = new pg.Client({
        host: String(env['PGHOST']),
        port: Number(env['PGPORT']),
        user: String(env['PGUSER']),
        password: String(env['PGPASSWORD']),
        database: String(env['PGDATABASE']),
      });
      await client.connect();
      try {
        return (
          await client.query<unknown[]>({
            text: 'SELECT count(*), min(big), max(big) FROM small',
            rowMode: 'array',
          })
        ).rows.flat();
      } finally {
        await client.end();
      }
    },
  },
  {
    engine: 'clickhouse',
    signal: 'SIGKILL',
    stop: 'SIGTERM',
    async ask(env: Env): Promise<unknown[]> {
      const client = createClient({
        url: String(env['CLICKHOUSE_URL']),
        username: String(env['CLICKHOUSE_USER']),
        password: String(env['CLICKHOUSE_PASSWORD']),
      });
      try {
        const answer = await client.query({
          query: 'SELECT toString(count()), toString(min(big)), toString(max(big)) FROM small',
          format: 'JSONCompact',
        });
        return (await answer.json<unknown[]>()).data.flat();
      } finally {
        await client.close();
      }
    },
  },
] as const;

/** Starts a server of the test's own, or starts it again; gives where it is. */
function start(engine: string, folder: string): Env {
  const script = fileURLToPath(new URL(`../${engine}/start.sh`, import.meta.url));
  const { status, stdout, stderr } = spawnSync('bash', [script, folder], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return Object.fromEntries([...stdout.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
}

/** Signals a server and waits until it is gone. */
async function end(folder: string, signal: NodeJS.Signals): Promise<void> {
  const server = Number(readFileSync(join(folder, 'server.pid'), 'utf8'));
  try {
    for (process.kill(server, signal); ; process.kill(server, 0)) await sleep(20);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
  }
}

const answerOf = (rows: readonly Row[]) => {
  const numbers = rows.map((_, index) => String(2n ** 53n + BigInt(index)));
  return [String(rows.length), numbers[0], numbers.at(-1)];
};

test.for(ENGINES)('$engine is killed in the middle of a load', async (given, { folder, onTestFinished }) => {
  const { engine, signal, stop, ask } = given;
  const server = mkdtempSync('/tmp/ges-export-killed-');
  onTestFinished(async () => {
    await end(server, stop);
    rmSync(server, { recursive: true });
  });
  const env = start(engine, server);
  const rows = smallRows(301_000);
  const made = (jobId: string, parts: readonly (readonly Row[])[]) =>
    makeExport(join(folder, jobId), {
      format: 'csv',
      jobId,
      tables: [{ name: 'small', columns: SMALL_COLUMNS, parts }],
    });
  await made('old', [rows.slice(0, 9)]);
  await made('new', [rows.slice(0, 1000), rows.slice(1000)]);
  const loaded = await runCommand(['load', engine, `${folder}/old`], { env });
  expect(loaded.exitCode, loaded.stderr).toBe(0);

  const running = startCommand(['load', engine, `${folder}/new`], { env });
  const isFirstLoaded = new Promise<void>((resolve) => {
    running.child.stderr.on('data', (text: Buffer) => {
      if (text.includes('part-00000')) resolve();
    });
  });
  await Promise.race([isFirstLoaded, running.ended]);
  await end(server, signal);
  expect(failureOf(await running.ended)).toEqual({
    exitCode: 3,
    line: expect.stringMatching(/^(PostgreSQL|ClickHouse): cannot .*Check the address of the database/),
  });
  expect(failureOf(await runCommand(['load', engine, `${folder}/new`, '--quiet'], { env }))).toEqual({
    exitCode: 3,
    line: expect.stringMatching(/: cannot connect: connect ECONNREFUSED/),
  });

  start(engine, server);
  expect(await ask(env)).toEqual(answerOf(rows.slice(0, 9)));
  const again = await runCommand(['load', engine, `${folder}/new`], { env });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(await ask(env)).toEqual(answerOf(rows));
});
