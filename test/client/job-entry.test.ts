import { expect, test } from 'vitest';
import { fitsType } from '../../src/cell.js';
import { JOB_COLUMNS, readImportFiles, readJobEntry } from '../../src/client/job-entry.js';
import { stringifyJson } from '../../src/json-value.js';
import { parse, parseObject } from '../decode/parse.js';

const EMPTY = Object.fromEntries(JOB_COLUMNS.map(({ name }) => [name, null]));

function read(entry: unknown): Record<string, unknown> {
  const row = readJobEntry(parse(JSON.stringify(entry)));
  for (const { name, type } of JOB_COLUMNS) {
    const value = row.get(name) ?? null;
    expect(value === null || fitsType(value, type), `${name} as ${type}`).toBe(true);
  }
  return JSON.parse(stringifyJson(row)) as Record<string, unknown>;
}

test('an entry of the memory edition (ges_03_0204)', () => {
  const rawRequest = '{"algorithmName":"shortest_path","parameters":{"source":"7"}}';
  const entry = {
    jobId: 'b2',
    rawRequest,
    taskType: 'Algorithm',
    canStop: false,
    progress: '100',
    startTime: '2024-06-01 09:54:00',
    failReason: 'Running algorithm [shortest_path] error',
    endTime: '2024-06-01 09:54:02',
    status: 'failed',
  };
  expect(read(entry)).toEqual({
    ...EMPTY,
    ...entry,
    state: 'failed',
    algorithm: 'shortest_path',
    progress: 100,
  });
});

test('an entry of the database edition (ges_03_0471)', () => {
  const request = { command: 'import_graph', url: '/ges/v1.0/1/graphs/g/action', body: { edgesetPath: 'e' } };
  expect(read({ jobId: '62', status: 'complete', request })).toEqual({
    ...EMPTY,
    jobId: '62',
    status: 'complete',
    state: 'done',
    taskType: 'import_graph',
    request,
  });
  const run = { command: 'execute', body: { algorithmName: 'louvain' } };
  expect(read({ job_id: '63', status: 'running', request: run, rawRequest: '{}' })).toMatchObject({
    jobId: '63',
    state: 'running',
    algorithm: 'louvain',
    rawRequest: '{}',
  });
});

test('complete is judged by result and errorCode, times may be numbers, empty is null', () => {
  expect(read({ jobId: 'a', status: 'complete', result: 'failed' })).toMatchObject({ state: 'failed' });
  expect(read({ jobId: 'a', status: 'complete', errorCode: 'GES.8301' })).toMatchObject({ state: 'failed' });
  for (const errorCode of ['', '0', 0])
    expect(read({ jobId: 'a', status: 'complete', errorCode })).toMatchObject({ state: 'done' });
  expect(
    read({ jobId: 7, status: '', startTime: 1716428001745772, endTime: '', progress: 42 }),
  ).toMatchObject({
    jobId: '7',
    status: null,
    state: 'unknown',
    startTime: '1716428001745772',
    endTime: null,
    progress: 42,
  });
  expect(read({ jobId: 'a', canStop: 'true', rawRequest: '' })).toMatchObject({
    canStop: true,
    rawRequest: null,
  });
});

test('members that no page names are kept as they came', () => {
  expect(read({ jobId: 'a', priority: { level: [1] } })).toEqual({
    ...EMPTY,
    jobId: 'a',
    state: 'unknown',
    priority: { level: [1] },
  });
});

test('a name with escapes is read, one with broken escapes too', () => {
  expect(read({ rawRequest: '{"algorithmName":"k\\u005fhop"}' })).toMatchObject({ algorithm: 'k_hop' });
  expect(read({ rawRequest: '{"algorithmName":"k\\xhop"}' })).toMatchObject({ algorithm: 'k\\xhop' });
});

test('an entry that is no object is refused', () => {
  expect(() => readJobEntry('x')).toThrowError(expect.objectContaining({ code: 'PAGE_INVALID' }));
});

const EDGE_FILE = {
  fileName: 'edges.csv',
  totalLines: 1659,
  startTime: 1716428001745772,
  successfulLines: 1650,
  endTime: '1716428001757920',
  status: 'partFailed',
  failedLines: '9',
};
const SCHEMA_FILE = {
  fileName: 's.xml',
  totalLabels: 49,
  successfulLabels: 49,
  failedLabels: 0,
  status: 'success',
};

test.each([
  ['an array of objects', [{ edgeFiles: [EDGE_FILE] }, { schemaFiles: [SCHEMA_FILE] }]],
  ['one object', { edgeFiles: [EDGE_FILE], schemaFiles: [SCHEMA_FILE] }],
])('files of an import: %s', (_, files) => {
  const entry = parseObject(JSON.stringify({ files }));
  expect(readImportFiles(entry.get('files'))).toEqual([
    {
      kind: 'edge',
      fileName: 'edges.csv',
      status: 'partFailed',
      unit: 'lines',
      total: '1659',
      successful: '1650',
      failed: '9',
      startTime: '2024-05-23T01:33:21.745Z',
      endTime: '2024-05-23T01:33:21.757Z',
    },
    {
      kind: 'schema',
      fileName: 's.xml',
      status: 'success',
      unit: 'labels',
      total: '49',
      successful: '49',
      failed: '0',
      startTime: null,
      endTime: null,
    },
  ]);
  expect(readImportFiles(undefined)).toEqual([]);
});

test('one file may stand where a list of them is, and null for none', () => {
  const files = parse(
    '{"edgeFiles": {"fileName": "e.csv", "totalLines": 5, "status": "success"}, "vertexFiles": null}',
  );
  expect(readImportFiles(files)).toMatchObject([
    { kind: 'edge', fileName: 'e.csv', unit: 'lines', total: '5' },
  ]);
});
