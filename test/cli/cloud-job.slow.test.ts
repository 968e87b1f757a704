import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { failureOf, test } from './export-test.js';
import { runCommand } from './run-command.js';

test('a tree of sub-jobs is shown with its levels, and as JSON', async ({ openGraph }) => {
  const graph = await openGraph();
  const { exitCode, stdout } = await graph.run('cloud-job', 'tree-5');
  expect(exitCode).toBe(0);
  const lines = stdout.toString().trimEnd().split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[5]).toMatch(/^ {10}tree-5\.1\.1\.1\.1\.1\tSUCCESS\tbaremetalSingleOperate\t2024/);
  const json = await graph.run('cloud-job', 'tree-5', '--json');
  const rows = json.stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows.map((row) => row.depth)).toEqual([0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1]);
  expect(rows[5]).toMatchObject({ parent_job_id: 'tree-5.1.1.1.1', state: 'done', error_code: null });
});

test.for(['csv', 'ndjson', 'parquet'])(
  '--export writes a row a job as %s',
  async (format, { folder, openGraph }) => {
    const graph = await openGraph();
    const out = join(folder, 'tree');
    const { exitCode } = await graph.run('cloud-job', 'tree-5', '--export', out, '--format', format);
    expect(exitCode).toBe(0);
    const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      job: { id: 'tree-5', status: 'SUCCESS' },
      source: { projectId: graph.simulator.projectId, graph: '' },
      total: 11,
      tables: [{ name: 'jobs', rows: 11, overflowRows: 0 }],
    });
    expect((await graph.run('verify', out)).exitCode).toBe(0);
    if (format !== 'csv') return;
    const [head, first] = (await readFile(join(out, 'jobs/part-00000.csv'), 'utf8')).split('\n');
    expect(head).toBe(
      'job_id,parent_job_id,depth,job_type,status,state,begin_time,end_time,error_code,fail_reason,entities',
    );
    expect(first).toMatch(/^tree-5,,0,baremetalBatchOperate,SUCCESS,done,.*,,,"\{""sub_jobs_total"":2\}"$/);
  },
);

test('a job that failed is shown, exported, and told by the exit code', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const failure = {
    exitCode: 1,
    line: expect.stringMatching(/^Job "bms-failed" has the status "FAIL": BMS\.0002 No "capacity" left/),
  };
  const shown = await graph.run('cloud-job', 'bms-failed');
  expect(failureOf(shown)).toEqual(failure);
  expect(shown.stdout.toString()).toMatch(/\n {2}bms-failed-2\tFAIL\t/);
  const out = join(folder, 'failed');
  const exported = await graph.run(
    'cloud-job',
    'bms-failed',
    '--export',
    out,
    '--format',
    'ndjson',
    '--quiet',
  );
  expect(failureOf(exported)).toEqual(failure);
  const rows = (await readFile(join(out, 'jobs/part-00000.ndjson'), 'utf8')).trimEnd().split('\n');
  expect(rows.map((row) => JSON.parse(row).state)).toEqual(['failed', 'done', 'failed']);
});

test('SDRS jobs have sub-jobs without a number, or none', async ({ openGraph }) => {
  const graph = await openGraph();
  const { stdout } = await graph.run('cloud-job', 'sdrs-stop', '--json');
  const rows = stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows.map((row) => row.job_type)).toEqual([
    'stopProtectionGroupNoCG',
    'stopProtectionGroupRepNoCG',
    'stopProtectionGroupRepNoCG',
  ]);
  const group = await graph.run('cloud-job', 'sdrs-group');
  expect({ exitCode: group.exitCode, lines: group.stdout.toString().split('\n').length }).toEqual({
    exitCode: 0,
    lines: 2,
  });
});

test('--wait waits for the end; a job that goes on ends with 3', async ({ folder, openGraph }) => {
  const graph = await openGraph({ pendingMs: 200, runningMs: 800 });
  const waited = await graph.run('cloud-job', 'bms-slow', '--wait');
  expect(waited).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^Job bms-slow is INIT, waiting\n/),
  });
  expect(waited.stdout.toString()).toMatch(/^bms-slow\tSUCCESS\t/);
  const unpaid = failureOf(await graph.run('cloud-job', 'bms-unpaid'));
  expect(unpaid).toEqual({
    exitCode: 3,
    line: expect.stringMatching(
      /^Job "bms-unpaid" has not finished: its status is "PENDING_PAYMENT", an order/,
    ),
  });
  const out = join(folder, 'out');
  const early = failureOf(
    await graph.run('cloud-job', 'bms-unpaid', '--export', out, '--wait', '1s', '--quiet'),
  );
  expect(early.exitCode).toBe(3);
});

test.for<[string, readonly string[], number, RegExp]>([
  ['a job that BMS does not know', ['nobody'], 4, /^The service does not know job "nobody": .*\(HTTP 404\)/],
  [
    'a job that SDRS does not know',
    ['sdrs-none'],
    4,
    /^The service does not know job "sdrs-none": .*SDRS\.0204/,
  ],
  ['another project', ['tree-1', '--project-id', 'p2'], 1, /^The service refused the request: BMS\.0003 /],
  ['no job', [], 2, /^missing required argument 'job'/],
  ['a graph', ['tree-1', '--graph', 'g'], 2, /^unknown option '--graph'/],
  ['file options without --export', ['tree-1', '--format', 'csv'], 2, /^--format needs --export/],
])('%s', async ([, args, exitCode, line], { openGraph }) => {
  const graph = await openGraph();
  const result = await graph.run('cloud-job', ...args);
  expect(failureOf(result)).toEqual({ exitCode, line: expect.stringMatching(line) });
});

test('no graph is needed, and a refused token is told', async ({ openGraph }) => {
  const graph = await openGraph();
  const { GES_GRAPH: _, ...env } = graph.env as Record<string, string>;
  expect((await runCommand(['cloud-job', 'bms-create'], { env })).exitCode).toBe(0);
  const refused = await runCommand(['cloud-job', 'bms-create'], { env: { ...env, GES_TOKEN: 'nonsense' } });
  expect(failureOf(refused)).toEqual({
    exitCode: 1,
    line: expect.stringMatching(
      /^The service refused the request: APIGW\.0301 .*HTTP 401\)\. Get a new token/,
    ),
  });
});

test('sub-jobs two hundred levels deep are read to the last one', async ({ openGraph }) => {
  const graph = await openGraph();
  const { exitCode, stdout, stderr } = await graph.run('cloud-job', 'tree-200');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.toString().trimEnd().split('\n')).toHaveLength(401);
});
