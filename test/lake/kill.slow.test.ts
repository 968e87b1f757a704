import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { TABLE_FORMATS } from '../../src/model.js';
import { hashTree, test } from '../cli/export-test.js';
import { startCommand } from '../cli/run-command.js';
import { asTable, commitsOf, namesIn } from './lake-test.js';

const PRELOAD = fileURLToPath(new URL('../services/crash/preload.mjs', import.meta.url));

const CASES = [
  { name: 'whole', jobs: ['hyg-pagerank', 'pagerank'], table: 'pagerank', options: [], kills: 10 },
  {
    name: 'partitioned',
    jobs: ['synthetic-vertices-301', 'synthetic-vertices-300'],
    table: 'vertices',
    options: ['--partition-by', 'day=2026-11-22', '--partition-by', 'city'],
    kills: 3,
  },
] as const;

describe.each(TABLE_FORMATS.flatMap((format) => CASES.map((one) => ({ ...one, format }))))(
  '$format, $name: killed before any step from the manifest on',
  ({ format, jobs, table, options, kills }) => {
    test('the same command leads to the same table with one commit more', async ({ folder, openGraph }) => {
      const [first, second] = jobs;
      const graph = await openGraph();
      const args = (job: string, out: string) => [
        ...['export', job, '--out', out, ...asTable(format)],
        ...options,
      ];
      const run = (job: string, out: string, faults: object) =>
        startCommand(args(job, out), {
          env: {
            ...graph.env,
            NODE_OPTIONS: `--import ${PRELOAD}`,
            FS_FAULTS: JSON.stringify({ root: out, ...faults }),
          },
        }).ended;

      // Iceberg names files by their whole location, so every run is at the same one.
      const out = join(folder, 'out');
      expect((await graph.run(...args(first, out))).exitCode).toBe(0);
      const [before = ''] = await commitsOf(out, table, format);
      const start = join(folder, 'start');
      await cp(out, start, { recursive: true });
      const counts = join(folder, 'counts');
      expect((await run(second, out, { count: counts })).exitCode).toBe(0);
      const steps = Number(await readFile(counts, 'utf8'));
      const parts = await hashTree(out, (path) => path.endsWith('.parquet'));
      expect(Object.keys(parts).length).toBeGreaterThan(1);
      const after = await commitsOf(out, table, format);
      expect(after).toEqual([before, expect.any(String)]);

      // The manifest is written some 40 steps before the end; every fourth one is enough to meet each state,
      // and a few for what partitions add.
      const killAt = Array.from({ length: kills }, (_, index) => steps - Math.floor(40 / kills) * index);
      let committedAtOnce = 0;
      for (const step of killAt) {
        await rm(out, { recursive: true });
        await cp(start, out, { recursive: true });
        const killed = await run(second, out, { killAt: step });
        expect(killed.signal, `step ${step}: ${killed.stderr}`).toBe('SIGKILL');
        const then = await commitsOf(out, table, format);
        expect([1, 2], `step ${step}`).toContain(then.length);
        if (then.length === 2) committedAtOnce++;
        const ended = await graph.run(...args(second, out));
        expect(ended.exitCode, ended.stderr).toBe(0);
        expect(await commitsOf(out, table, format)).toEqual(after);
        expect(await hashTree(out, (path) => path.endsWith('.parquet'))).toEqual(parts);
        expect(await namesIn(join(out, '_exports', after[1] ?? ''))).toContain('_SUCCESS');
      }
      expect((await graph.run(...args(second, out))).stderr).toMatch(/^Already complete: .*\n$/);
      // The steps have met both sides of the commit.
      expect(committedAtOnce).toBeGreaterThan(0);
      expect(committedAtOnce).toBeLessThan(killAt.length);
    });
  },
);
