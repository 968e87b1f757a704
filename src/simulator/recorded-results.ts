import { type Encodable, encodeJson } from './encode-json.js';
import { type JobResult, pagedResult } from './job-result.js';
import { listOf, type RecordList } from './record-list.js';

const ROUTE = { label: 'route', properties: { count: [853] } };
const AIRPORT = { label: 'airport', properties: { city: ['Atlanta'] } };

/**
 * Results of algorithms that are not computed here, by job id. Each has the form of the page named beside it; the
 * values are examples.
 */
const RECORDED: readonly (readonly [jobId: string, algorithm: string, result: JobResult])[] = [
  // ges_03_0089: a list of doubles as value.
  [
    'embedding',
    'node2vec',
    pagedResult(
      'embedding',
      listOf([
        { ATL: [-0.485, -0.679, 0.356, 0] },
        { ORD: [0.12, 0.4, -0.9, 1e-9] },
        { 'a"b': [1, -1, 0.5, 0.3333333333333333] },
      ]),
      { after: { runtime: 1.2 } },
    ),
  ],
  // ges_03_0508: a list of communities as value.
  [
    'bigclam',
    'bigclam',
    pagedResult('communities', listOf([{ ATL: [0, 3] }, { ORD: [3] }, { ANC: [] }]), {
      before: { community_num: 4, log_likelihood: -12345.678901234567 },
      after: { runtime: 0.8 },
    }),
  ],
  // ges_03_0236.
  [
    'topicrank',
    'topicrank',
    pagedResult('topicrank', listOf([{ ATL: 0.25 }, { ORD: 0.125 }, { ANC: 0 }]), {
      after: { runtime: 0.05 },
    }),
  ],
  // ges_03_0090: `sources` is a list.
  [
    'realtime-recommendation',
    'realtime_recommendation',
    pagedResult('score', listOf([{ ORD: 0.5 }, { DFW: 0.03125 }]), {
      before: { sources: ['ATL', 'ABE'] },
      after: { runtime: 0.01 },
    }),
  ],
  // ges_03_0179: one path, not paged.
  [
    'filtered-shortest-path',
    'filtered_shortest_path',
    {
      kind: 'unpaged',
      scalars: { path: ['ABE', 'ORD', 'ANC'], runtime: 0.735766, source: 'ABE', target: 'ANC' },
    },
  ],
  // ges_03_0239.
  [
    'filtered-n-paths',
    'filtered_n_paths',
    pagedResult('paths', listOf([['ABE', 'ORD', 'ANC']]), {
      before: { path_length: 2, paths_number: 1, source: 'ABE', target: 'ANC' },
      after: { runtime: 0.02 },
    }),
  ],
  // Named in ges_05_0106 only; in the form of all_shortest_paths.
  [
    'filtered-all-paths',
    'filtered_all_shortest_paths',
    pagedResult(
      'paths',
      listOf([
        ['ABE', 'ORD', 'ANC'],
        ['ABE', 'ATL', 'ANC'],
      ]),
      { after: { paths_number: 2, source: 'ABE', target: 'ANC', runtime: 0.02 } },
    ),
  ],
  // ges_03_0528: the example of the page has no total.
  [
    'filtered-batch-paths',
    'filtered_all_pairs_shortest_paths',
    {
      ...pagedResult(
        'batch_paths',
        listOf([
          { source: 'ABE', target: 'ANC', paths: [['ABE', 'ORD', 'ANC']] },
          { source: 'ABE', target: 'ATL', paths: [['ABE', 'ATL']] },
        ]),
        { before: { paths_number: 2 }, after: { runtime: 0.01 } },
      ),
      hasTotal: false,
    },
  ],
  // ges_03_0217, output_format edgeObject.
  [
    'circles',
    'filtered_circle_detection',
    pagedResult(
      'circles',
      listOf([
        [
          { source: 'ATL', target: 'ORD', index: '0' },
          { source: 'ORD', target: 'DFW', index: '1' },
          { source: 'DFW', target: 'ATL', index: '0' },
        ],
        [
          { source: 'ATL', target: 'DFW', index: '0' },
          { source: 'DFW', target: 'ATL', index: '2' },
        ],
      ]),
      { after: { n: 10, circle_number: 2, runtime: 0.02 } },
    ),
  ],
  // ges_03_0233: the places correspond to those of pattern_graph.
  [
    'subgraphs',
    'subgraph_matching',
    pagedResult(
      'subgraphs',
      listOf([
        ['ATL', 'ORD', 'DFW'],
        ['ORD', 'DFW', 'ANC'],
      ]),
      { before: { pattern_graph: ['1', '2', '3'], subgraph_number: 2 }, after: { runtime: 0.03 } },
    ),
  ],
  // ges_03_0381: an object as value, empty predecessor at the source.
  [
    'temporal-bfs',
    'temporal_bfs',
    pagedResult(
      'temporal_bfs',
      listOf([
        { ATL: { arrive: 1227100000, dist: 0, predecessor: '' } },
        { ORD: { arrive: 1227107200, dist: 1, predecessor: 'ATL' } },
        { ANC: { arrive: 1227130500, dist: 2, predecessor: 'ORD' } },
      ]),
      { after: { runtime: 0.004 } },
    ),
  ],
  // ges_03_0383 shows no result; at most one path a target.
  [
    'temporal-paths',
    'temporal_paths',
    pagedResult(
      'paths',
      listOf([
        ['ATL', 'ORD'],
        ['ATL', 'ORD', 'ANC'],
      ]),
      { after: { source: 'ATL', runtime: 0.004 } },
    ),
  ],
  // ges_03_0380: vertices and edges directly under `data`, without sizes.
  [
    'temporal-graph',
    'temporal_graph',
    {
      kind: 'body',
      members: {
        data: {
          vertices: [
            { id: 'ATL', ...AIRPORT },
            { id: 'ORD', ...AIRPORT },
          ],
          edges: [
            { source: 'ATL', target: 'ORD', index: '0', ...ROUTE },
            { source: 'ORD', target: 'ATL', index: '0', ...ROUTE },
            { source: 'ORD', target: 'ORD', index: '1', ...ROUTE },
          ],
        },
      },
    },
  ],
];

/** The same by the name that a submission gives. */
export const RECORDED_ALGORITHMS: ReadonlyMap<string, JobResult> = new Map(
  RECORDED.map(([, algorithm, result]) => [algorithm, result]),
);

/** Answers to other jobs than algorithms: `request` is what their entry in the job list shows. */
interface RecordedQuery {
  readonly taskType: string;
  readonly request: Encodable;
  readonly result: JobResult;
}

const CYPHER = { statements: [{ statement: 'match (n) return n.id, n.rank', executionMode: 'async' }] };
const CYPHER_ROWS = [
  { row: ['ATL', 1], meta: [null, null] },
  { row: ['ORD', 0.5], meta: [null, null] },
  { row: ['ANC', null], meta: [null, null] },
];

const QUERIES: Readonly<Record<string, RecordedQuery>> = {
  // The body of an asynchronous query is documented nowhere; here that of a synchronous one, ges_03_0336.
  'cypher-results': {
    taskType: 'CypherQuery',
    request: CYPHER,
    result: {
      kind: 'body',
      members: { results: [{ columns: ['n.id', 'n.rank'], data: CYPHER_ROWS }], errors: [] },
    },
  },
  // The other conceivable one, in the form of ges_03_0037.
  'cypher-outputs': {
    taskType: 'CypherQuery',
    request: CYPHER,
    result: pagedResult('data', listOf(CYPHER_ROWS), { before: { columns: ['n.id', 'n.rank'] } }),
  },
  // ges_03_0175, query_type Path: the edges of the paths beside the vertices.
  'filtered-query': {
    taskType: 'FilteredQuery',
    request: { executionMode: 'async', filters: [{ operator: 'out', times: 1 }] },
    result: pagedResult(
      'vertices',
      listOf([
        { id: 'ORD', ...AIRPORT },
        { id: 'ANC', ...AIRPORT },
      ]),
      {
        after: {
          paths: [
            { source: 'ATL', target: 'ORD', index: '0', label: 'route' },
            { source: 'ABE', target: 'ORD', index: '0', label: 'route' },
            { source: 'ORD', target: 'ANC', index: '0', label: 'route' },
          ],
        },
      },
    ),
  },
  // ges_03_0528: sizes that count paths, as the totals of its example may be read.
  'batch-paths-by-path': {
    taskType: 'Algorithm',
    request: {
      algorithmName: 'all_pairs_shortest_paths',
      parameters: { sources: 'ABE', targets: 'ANC,ATL' },
    },
    result: pagedResult(
      'batch_paths',
      pathByPath([
        {
          source: 'ABE',
          target: 'ANC',
          paths: [
            ['ABE', 'ORD', 'ANC'],
            ['ABE', 'ATL', 'ANC'],
            ['ABE', 'DFW', 'ANC'],
          ],
        },
        { source: 'ABE', target: 'ATL', paths: [['ABE', 'ATL']] },
      ]),
      { before: { paths_number: 4 }, after: { runtime: 0.01 } },
    ),
  },
  // Jobs that have a status only: ges_03_0204 lists the first, ges_03_0229 is the page of the second.
  'import-graph': { taskType: 'ImportGraph', request: '', result: { kind: 'empty' } },
  'export-graph': { taskType: 'ExportGraph', request: {}, result: { kind: 'unpaged', scalars: {} } },
  'create-index': { taskType: 'CreateIndex', request: {}, result: { kind: 'body', members: { data: {} } } },
};

interface RecordedJob {
  readonly taskType: string;
  readonly rawRequest: string;
  readonly result: JobResult;
}

/** All recorded results as jobs, by id. */
export const RECORDED_JOBS: ReadonlyMap<string, RecordedJob> = new Map([
  ...RECORDED.map(([id, algorithmName, result]) => {
    const rawRequest = JSON.stringify({ algorithmName, parameters: {} });
    return [id, { taskType: 'Algorithm', rawRequest, result }] as const;
  }),
  ...Object.entries(QUERIES).map(([id, { taskType, request, result }]) => {
    const rawRequest = request === '' ? '' : encodeJson(request);
    return [id, { taskType, rawRequest, result }] as const;
  }),
]);

/** Groups of paths by their paths: a window may cut a pair in two. */
function pathByPath(
  groups: readonly {
    readonly source: string;
    readonly target: string;
    readonly paths: readonly (readonly string[])[];
  }[],
): RecordList {
  const paths = groups.flatMap((group) => group.paths.map((path) => ({ group, path })));
  return {
    total: paths.length,
    bytes(offset, count) {
      const window = paths.slice(offset, offset + count);
      const cut = groups.flatMap((group) => {
        const own = window.filter((item) => item.group === group).map((item) => item.path);
        return own.length === 0 ? [] : [encodeJson({ ...group, paths: own })];
      });
      return [Buffer.from(cut.join(','))];
    },
  };
}
