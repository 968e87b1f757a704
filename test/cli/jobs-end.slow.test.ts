import { expect } from 'vitest';
import { failureOf, type Graph, test } from './export-test.js';

async function submit(graph: Graph, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout } = await graph.run('submit', ...args);
  expect(exitCode).toBe(0);
  return stdout.toString().trim();
}

async function stateOf(graph: Graph, jobId: string): Promise<string> {
  const { stdout } = await graph.run('jobs', 'show', jobId, '--json');
  return JSON.parse(stdout.toString()).state;
}

test('jobs wait polls until the end and tells it', async ({ openGraph }) => {
  const graph = await openGraph({ pendingMs: 300, runningMs: 700 });
  const jobId = await submit(graph, 'pagerank');
  const { exitCode, stdout, stderr } = await graph.run('jobs', 'wait', jobId);
  expect(exitCode).toBe(0);
  expect(stdout.toString()).toBe(`${jobId}\tsuccess\t305 records\n`);
  expect(stderr).toMatch(/^(Job \S+ is (pending|running), waiting\n)*$/);
  const json = await graph.run('jobs', 'wait', 'closeness', '--json');
  expect(JSON.parse(json.stdout.toString())).toEqual({
    jobId: 'closeness',
    status: 'success',
    state: 'done',
    total: 1,
  });
});

test.for<[string, readonly string[], number, RegExp]>([
  ['that failed', ['failed'], 1, /^GES answered GES\.8301/],
  ['that failed and is complete', ['hyg-failed'], 1, /^GES answered GES\.8301/],
  ['that is not there', ['nobody'], 4, /can not find job/],
  [
    'that does not end in time',
    ['pending-forever', '--wait', '1s'],
    3,
    /its status is "pending", after 1 s of waiting/,
  ],
  ['that is not waited for', ['pending-forever', '--wait', '0'], 3, /and --wait is 0/],
  ['and a wrong duration', ['pagerank', '--wait', 'soon'], 2, /^--wait: not a duration/],
  ['without an ID', [], 2, /^missing required argument 'job'/],
])('jobs wait for a job %s', async ([, args, exitCode, line], { openGraph }) => {
  const graph = await openGraph();
  const result = await graph.run('jobs', 'wait', ...args);
  expect(failureOf(result)).toEqual({ exitCode, line: expect.stringMatching(line) });
  expect(result.stdout).toHaveLength(0);
});

test('jobs wait for a job that is partial warns and ends with 1', async ({ openGraph }) => {
  const graph = await openGraph();
  const { exitCode, stdout, stderr } = await graph.run('jobs', 'wait', 'partially-failed');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(/^Warning: .*may lack records\n$/),
  });
  expect(stdout.toString()).toMatch(/^partially-failed\tpartiallyFailed\t/);
});

test('jobs wait can be interrupted', async ({ openGraph }) => {
  const graph = await openGraph();
  const { child, ended } = graph.start('jobs', 'wait', 'pending-forever');
  child.stderr.once('data', () => child.kill('SIGTERM'));
  expect(failureOf(await ended)).toEqual({
    exitCode: 130,
    line: expect.stringMatching(/^Interrupted by SIGTERM/),
  });
});

test('jobs cancel ends a job that has not finished', async ({ openGraph }) => {
  const graph = await openGraph({ pendingMs: 600_000 });
  const jobId = await submit(graph, 'pagerank');
  const { exitCode, stdout } = await graph.run('jobs', 'cancel', jobId);
  expect({ exitCode, said: stdout.toString() }).toEqual({
    exitCode: 0,
    said: `GES cancels job "${jobId}"\n`,
  });
  expect(await stateOf(graph, jobId)).toBe('failed');
  const again = failureOf(await graph.run('jobs', 'cancel', jobId));
  expect(again).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/cannot be cancelled, its status is "failed"/),
  });
});

test('HyG jobs are cancelled under their own path, all that wait at once', async ({ openGraph }) => {
  const graph = await openGraph({ pendingMs: 600_000 });
  const one = await submit(graph, 'pagerank', '--edition', 'hyg');
  const others = [
    await submit(graph, 'louvain', '--edition', 'hyg'),
    await submit(graph, 'k_hop', '--edition', 'hyg'),
  ];
  const notHyg = await submit(graph, 'pagerank');
  const json = await graph.run('jobs', 'cancel', one, '--edition', 'hyg', '--json');
  expect({ exitCode: json.exitCode, said: JSON.parse(json.stdout.toString()) }).toEqual({
    exitCode: 0,
    said: { jobId: one, cancelled: true },
  });
  expect(await stateOf(graph, others[0] ?? '')).toBe('pending');
  expect(await graph.run('jobs', 'cancel', '--all-queued', '--yes')).toMatchObject({ exitCode: 0 });
  for (const jobId of others) expect(await stateOf(graph, jobId)).toBe('failed');
  expect(await stateOf(graph, notHyg)).toBe('pending');
  const wrong = failureOf(await graph.run('jobs', 'cancel', notHyg, '--edition', 'hyg'));
  expect(wrong).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/its status is "pending": GES answered .*GES\.8000/),
  });
});

test.for<[string, readonly string[], number, RegExp]>([
  [
    'a finished job',
    ['pagerank'],
    1,
    /^Job "pagerank" cannot be cancelled, its status is "success": .*GES\.8303/,
  ],
  ['a job that is not there', ['nobody'], 4, /can not find job, jobId is\s+nobody/],
  [
    'a kind of job that cannot be',
    ['RUNNING'],
    1,
    /its status is "pending": .*GES\.8303 "Unsupported Operation"/,
  ],
  ['nothing', [], 2, /^No job: give a job ID or --all-queued/],
  ['one job and all', ['pagerank', '--all-queued'], 2, /^Give a job ID or --all-queued, not both/],
  ['one job with --yes', ['pagerank', '--yes'], 2, /^--yes belongs to --all-queued/],
  ['all without a terminal', ['--all-queued'], 2, /add --yes where no terminal can ask/],
  ['all of another edition', ['--all-queued', '--edition', 'memory'], 2, /^--all-queued is a call of HyG/],
  [
    'a job of another graph',
    ['pagerank', '--graph', 'mine'],
    1,
    /^GES refused .*GES\.8000 "graph : mine not exist"/,
  ],
])('jobs cancel: %s', async ([, args, exitCode, line], { openGraph }) => {
  const graph = await openGraph({ pendingMs: 600_000 });
  const running = args.includes('RUNNING') ? await submit(graph, 'n_paths') : '';
  const result = await graph.run('jobs', 'cancel', ...args.map((arg) => arg.replace('RUNNING', running)));
  expect(failureOf(result)).toEqual({ exitCode, line: expect.stringMatching(line) });
  expect(result.stdout).toHaveLength(0);
});

test('a cancel whose answer is lost is not repeated', async ({ openGraph }) => {
  const graph = await openGraph({
    pendingMs: 600_000,
    faults: { rules: [{ when: { path: 'cancel' }, fault: { resetAfterBytes: 0 } }] },
  });
  const before = graph.simulator.requests();
  const { exitCode, line } = failureOf(await graph.run('jobs', 'cancel', 'pending-forever'));
  expect({ exitCode, line }).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/^It is not known whether/),
  });
  expect(graph.simulator.requests() - before).toBe(1);
});
