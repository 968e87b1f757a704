import { type Encodable, encodeJson } from './encode-json.js';
import { type JobResult, pagedResult } from './job-result.js';
import { listOf, type RecordList } from './record-list.js';

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
