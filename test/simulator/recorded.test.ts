import { expect, test } from 'vitest';
import { inspectJob } from '../../src/inspect-job.js';
import { RECORDED_JOBS } from '../../src/simulator/recorded-results.js';
import { openSimulator } from './client.js';

async function openInspector() {
  const { simulator, ...client } = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const { endpoint, projectId, graph, token } = simulator;
  const connection = {
    endpoint,
    projectId,
    graph,
    token,
    tokenFile: undefined,
    maxAttempts: 1,
    requestTimeout: 60_000,
  };
  return { ...client, inspect: (jobId: string) => inspectJob(connection, jobId, 10) };
}

/** Jobs that end with a status only. */
const WITHOUT_ROWS = ['import-graph', 'import-partly-failed', 'export-graph', 'create-index', 'hyg-sync'];

test('every recorded job is read, with rows where it has any', async () => {
  const { inspect } = await openInspector();
  for (const id of [...RECORDED_JOBS.keys(), ...WITHOUT_ROWS]) {
    const { tables, total } = await inspect(id);
    if (WITHOUT_ROWS.includes(id)) expect([tables, total], id).toEqual([[], 0]);
    for (const table of tables) expect(table.rows.length, id).toBeGreaterThan(0);
    if (!WITHOUT_ROWS.includes(id)) expect(tables.length, id).toBeGreaterThan(0);
  }
});

test('rows of Cypher come in both conceivable forms, and are the same', async () => {
  const { inspect, status } = await openInspector();
  expect(Object.keys(JSON.parse((await status('cypher-results')).text))).toEqual([
    'results',
    'errors',
    'status',
  ]);
  const forms = await Promise.all(['cypher-results', 'cypher-outputs'].map(inspect));
  expect(forms.map(({ tables }) => tables.map(({ name }) => name))).toEqual([['results'], ['data']]);
  const [first, second] = forms.map(({ tables }) => tables[0]);
  expect(first?.columns).toEqual(second?.columns);
  expect(first?.rows).toEqual([
    ['ATL', '1'],
    ['ORD', '0.5'],
    ['ANC', ''],
  ]);
  expect(second?.rows).toEqual(first?.rows);
});

test('a pair whose paths are counted one by one may be cut by a window', async () => {
  const { outputs, inspect } = await openInspector();
  const page = await outputs('batch-paths-by-path', '?offset=2&limit=2');
  expect(page['batch_paths']).toEqual([
    { source: 'ABE', target: 'ANC', paths: [['ABE', 'DFW', 'ANC']] },
    { source: 'ABE', target: 'ATL', paths: [['ABE', 'ATL']] },
  ]);
  const { tables, total } = await inspect('batch-paths-by-path');
  expect(total).toBe(4);
  expect(tables[0]?.rows.map(([source, target, pathId]) => [source, target, pathId])).toEqual([
    ['ABE', 'ANC', '0'],
    ['ABE', 'ANC', '1'],
    ['ABE', 'ANC', '2'],
    ['ABE', 'ATL', '3'],
  ]);
});

test('temporal_graph has vertices and edges directly under data', async () => {
  const { inspect } = await openInspector();
  const { tables, total } = await inspect('temporal-graph');
  expect(tables.map(({ name, rows }) => [name, rows.length])).toEqual([
    ['vertices', 4],
    ['edges', 10],
  ]);
  expect(total).toBe(16);
});
