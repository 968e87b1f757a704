import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import type { FaultPlan } from '../../src/simulator/fault-plan.js';
import { startSimulator } from '../../src/simulator/simulator.js';
import { committedOffset } from '../checkpoint/kill-command.js';
import { failureOf, graphOf, hashParts, hashTree, test } from './export-test.js';

const JOB = 'synthetic-pagerank-20000';
const ARGS = ['--page-size', '500', '--concurrency', '16', '--max-attempts', '30'];

type Fault = NonNullable<FaultPlan['rules'][number]['fault']>;

let undisturbed: Record<string, string> = {};

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ges-export-'));
  const simulator = await startSimulator();
  await graphOf(simulator).export(JOB, folder, ...ARGS);
  undisturbed = await hashParts(folder);
  await simulator.close();
  await rm(folder, { recursive: true });
});

/** Faults on the pages, each with its share of the requests. */
function plan(faults: readonly Fault[], probability: number): FaultPlan {
  return {
    seed: 31,
    rules: faults.map((fault) => ({ when: { path: 'status', probability }, fault })),
  };
}

describe('a server that fails three requests of ten gives the same bytes as one that works', () => {
  test.concurrent.for<[string, readonly Fault[], number]>([
    ['busy', [{ status: 503 }, { status: 502, body: 'empty' }, { status: 429, body: 'json' }], 0.1],
    ['connections reset', [{ resetAfterBytes: 0 }, { resetAfterBytes: 3000 }], 0.15],
    ['answers cut short', [{ truncateAfterBytes: 2000 }], 0.3],
    ['garbage', [{ garbage: true }], 0.3],
    ['gzip cut', [{ gzipCut: true }], 0.3],
    ['fewer records than asked for', [{ clamp: 130 }], 0.3],
    ['slow answers', [{ delayMs: 40 }], 0.3],
    ['GES errors that pass', [{ gesError: { code: 'GES.8001', message: 'busy', httpStatus: 500 } }], 0.3],
    [
      'everything at once',
      [
        { status: 503 },
        { resetAfterBytes: 1500 },
        { truncateAfterBytes: 900 },
        { garbage: true },
        { clamp: 77 },
        { delayMs: 30 },
      ],
      0.05,
    ],
  ])('%s', async ([, faults, probability], { folder, openGraph }) => {
    const graph = await openGraph({ faults: plan(faults, probability) });
    const manifest = await graph.export(JOB, folder, ...ARGS);
    expect(manifest.completeness).toMatchObject({ windows: 40, recordsRead: 20_000, rowsInFiles: 20_000 });
    expect(await hashParts(folder)).toEqual(undisturbed);
    // Status, fingerprint, 16 samples and 40 pages; what failed or was short was asked for again.
    const isSlowOnly = faults.every((fault) => Object.keys(fault).join() === 'delayMs');
    expect(graph.simulator.requests()).toBeGreaterThanOrEqual(isSlowOnly ? 58 : 58 + 8);
  });
});

describe('a server that breaks the rules of paging ends the export, and nothing looks complete', () => {
  /** Far from every sample, so that the pages themselves must notice. */
  const offsets: [number, number] = [10_000, 10_000];
  const pages: Omit<FaultPlan['rules'][number], 'fault'> = { when: { path: 'status', offsets } };

  test.concurrent.for<[string, Fault, number, RegExp]>([
    [
      'a wrong echo of the offset',
      { wrongOffsetEcho: true },
      1,
      /^The page at offset 10000 says that it starts at 10001/,
    ],
    ['an ignored offset', { ignoreOffset: true }, 1, /records of offset 0 again for offset 10000/],
    ['another total', { totalDelta: 1 }, 1, /^The total changed from 20000 to 20001 at offset 10000/],
    ['a wrong count', { returnSizeDelta: -1 }, 1, /at offset 10000 declares 499 records and holds 500/],
    ['too many records', { longBy: 3 }, 1, /holds 503 records where at most 500 were asked for/],
    ['a job that vanishes', { vanish: true }, 4, /^GES answered GES\.8301/],
    ['no records at all', { clamp: 0 }, 3, /gives no records at offset 10000, although the total is 20000/],
    [
      'a busy server that stays busy',
      { status: 503 },
      3,
      /^GES refused the request at offset 10000: HTTP 503/,
    ],
    ['garbage that stays', { garbage: true }, 3, /./],
  ])('%s', async ([, fault, exitCode, line], { folder, openGraph }) => {
    const graph = await openGraph({ faults: { rules: [{ ...pages, fault }] } });
    const out = join(folder, 'out');
    const args = ['export', JOB, '--out', out, '--page-size', '500', '--concurrency', '2'];
    const failed = failureOf(await graph.run(...args, '--max-attempts', '2'));
    expect(failed).toEqual({ exitCode, line: expect.stringMatching(line) });
    // What was right before the fault is committed, and not more.
    expect(await committedOffset(out)).toBe(10_000);
    const isLost = /total changed|GES\.8301/.test(failed.line);
    expect(Object.keys(await hashTree(out)).sort()).toEqual([
      '.ges-export/checkpoint.json',
      ...(isLost ? ['_UNFINISHED'] : []),
      'pagerank/.part-00000.csv.open',
    ]);
  });
});

test('what failed for now goes on later, without a gap or a row too many', async ({ folder, openGraph }) => {
  const rules = [{ when: { path: 'status', offsets: 10_000 }, times: 2, fault: { status: 503 } }] as const;
  const graph = await openGraph({ faults: { rules: [...rules] } });
  const args = ['export', JOB, '--out', folder, '--page-size', '500'];
  const failed = failureOf(await graph.run(...args, '--max-attempts', '2'));
  expect(failed.exitCode).toBe(3);
  const resumed = await graph.run(...args);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(resumed.stderr).toMatch(/^Resuming job .* at record 10,000$/m);
  expect(await hashParts(folder)).toEqual(undisturbed);
});
