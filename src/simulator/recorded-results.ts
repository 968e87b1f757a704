import { type Encodable, encodeJson } from './encode-json.js';
import { type JobResult, pagedResult } from './job-result.js';
import { listOf, type RecordList } from './record-list.js';

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
export const RECORDED_JOBS: ReadonlyMap<string, RecordedJob> = new Map(
  Object.entries(QUERIES).map(([id, { taskType, request, result }]) => {
    const rawRequest = request === '' ? '' : encodeJson(request);
    return [id, { taskType, rawRequest, result }] as const;
  }),
);

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
