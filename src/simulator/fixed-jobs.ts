import type { AirportsGraph } from './airports-graph.js';
import { keyed } from './algorithm-run.js';
import { runAlgorithm } from './algorithms.js';
import { airportVertices, routeEdges } from './elements.js';
import { answerFilteredQuery } from './filtered-query.js';
import { algorithmFailure, GesFailure } from './ges-failure.js';
import { importJobs } from './import-jobs.js';
import type { JobPlan, Outcome } from './job.js';
import { pagedResult } from './job-result.js';
import { ODD_RESULTS } from './odd-results.js';
import { answerPathQuery } from './path-query.js';
import { listOf } from './record-list.js';
import { RECORDED_JOBS } from './recorded-results.js';

const RUNTIME_SECONDS = 0.35;

/** All flights of the sample. */
const DYNAMIC_RANGE = {
  start: 1_226_966_400,
  end: 1_227_225_600,
  time_props: { stime: 'startTime', etime: 'endTime' },
};

const BUSY = {
  property_filter: { leftvalue: { property_name: 'count' }, predicate: '>=', rightvalue: { value: 500 } },
};

/** Two flights and the way back: three airports in a ring. */
const RING = { edges: '1,2\n2,3\n3,1', vertices: '1,airport\n2,airport\n3,airport' };

const AIRPORT_JOBS: readonly (readonly [
  id: string,
  algorithm: string,
  parameters: Record<string, unknown>,
  beside?: Record<string, unknown>,
])[] = [
  ['pagerank', 'pagerank', {}],
  ['louvain', 'louvain', {}],
  ['connected_component', 'connected_component', {}],
  ['betweenness', 'betweenness', {}],
  ['closeness', 'closeness', { source: 'ATL' }],
  ['shortest_path', 'shortest_path', { source: 'ABE', target: 'ANC' }],
  ['k_hop', 'k_hop', { source: 'ABE', k: 2 }],
  ['all-paths', 'all_shortest_paths', { source: 'ABE', target: 'ANC' }],
  ['n-paths', 'n_paths', { source: 'ABE', target: 'ATL', n: 20, k: 3 }],
  ['kcore', 'kcore', {}],
  ['personalrank', 'personalrank', { source: 'ABE' }],
  ['sssp', 'sssp', { source: 'ABE' }],
  ['label_propagation', 'label_propagation', {}],
  ['triangle_count', 'triangle_count', {}],
  ['triangle-vertices', 'triangle_count', { statistics: false }],
  ['cluster_coefficient', 'cluster_coefficient', {}],
  ['degree_correlation', 'degree_correlation', {}],
  ['edge_betweenness', 'edge_betweenness', {}],
  ['od_betweenness', 'od_betweenness', { OD_pairs: 'ABE,ANC;ABE,SFO' }],
  ['common_neighbors', 'common_neighbors', { source: 'ABE', target: 'ANC' }],
  ['common-neighbors-of-sets', 'common_neighbors_of_vertex_sets', { sources: 'ABE,ACV', targets: 'ANC' }],
  ['link_prediction', 'link_prediction', { source: 'ABE', target: 'ANC' }],
  ['batch-paths', 'all_pairs_shortest_paths', { sources: 'ABE,ACV', targets: 'ANC,ATL' }],
  ['all-paths-of-sets', 'all_shortest_paths_of_vertex_sets', { sources: 'ABE,ACV', targets: 'ANC,BET' }],
  ['path-of-sets', 'shortest_path_of_vertex_sets', { sources: 'ABE,ACV', targets: 'ANC,BET' }],
  [
    'filtered-shortest-path',
    'filtered_shortest_path',
    { source: 'ABE', target: 'ANC' },
    { edge_filter: BUSY },
  ],
  ['filtered-all-paths', 'filtered_all_shortest_paths', { source: 'ABE', target: 'ANC' }],
  ['filtered-batch-paths', 'filtered_all_pairs_shortest_paths', { sources: 'ABE,ACV', targets: 'ANC,ATL' }],
  [
    'filtered-n-paths',
    'filtered_n_paths',
    { source: 'ABE', target: 'ANC', n: 20, k: 3 },
    { edge_filter: BUSY },
  ],
  [
    'circles',
    'filtered_circle_detection',
    { sources: 'ABE,ATL', n: 10 },
    { filters: [{}, { operator: 'out', edge_filter: BUSY, times: 3 }] },
  ],
  ['temporal-bfs', 'temporal_bfs', { source: 'ABE' }, { dynamicRange: DYNAMIC_RANGE }],
  [
    'temporal-paths',
    'temporal_paths',
    { source: 'ABE', targets: 'ANC,SFO,BET', strategy: 'foremost', directed: true },
    { dynamicRange: DYNAMIC_RANGE },
  ],
  ['temporal-graph', 'temporal_graph', { source: 'ATL,ORD,DFW,LAX' }, { dynamicRange: DYNAMIC_RANGE }],
  ['topicrank', 'topicrank', { sources: 'ABE,ACV', actived_p: 10 }],
  ['realtime-recommendation', 'realtime_recommendation', { sources: 'ABE,ACV' }],
  ['subgraphs', 'subgraph_matching', RING],
  ['bigclam', 'bigclam', { community_num_space: '2,4,8' }],
  ['embedding', 'node2vec', { dim: 4, walkLength: 10, walkNumber: 4, iterations: 2 }],
  ['circles-of-vertex', 'single_vertex_circles_detection', { source: 'ABE', max_circle_length: 4 }],
];

/** Jobs that are there from the start, finished unless their name says otherwise; plans by job id. */
export function fixedJobs(graph: AirportsGraph): Map<string, JobPlan> {
  const jobs = new Map<string, JobPlan>();
  for (const [id, algorithmName, parameters, beside] of AIRPORT_JOBS) {
    const rawRequest = JSON.stringify({ algorithmName, ...beside, parameters });
    const outcome = () => done(runAlgorithm(algorithmName, graph, parameters, RUNTIME_SECONDS, beside));
    jobs.set(id, { taskType: 'Algorithm', rawRequest, outcome });
  }
  for (const [id, { algorithm, result }] of Object.entries(ODD_RESULTS)) {
    const query = { taskType: 'VertexQuery', rawRequest: JSON.stringify({ labels: ['odd'] }) };
    const run = {
      taskType: 'Algorithm',
      rawRequest: JSON.stringify({ algorithmName: algorithm, parameters: {} }),
    };
    jobs.set(id, { ...(algorithm === '' ? query : run), outcome: () => done(result) });
  }
  for (const [id, { result, ...request }] of RECORDED_JOBS)
    jobs.set(id, { ...request, outcome: () => done(result) });
  for (const [id, plan] of queryJobs(graph)) jobs.set(id, plan);
  const vertices = () => done(pagedResult('vertices', listOf(airportVertices(graph))));
  const edges = () => done(pagedResult('edges', listOf(routeEdges(graph))));
  jobs.set('vertices', { taskType: 'VertexQuery', rawRequest: '{"labels":["airport"]}', outcome: vertices });
  jobs.set('edges', { taskType: 'EdgeQuery', rawRequest: '{"labels":["route"]}', outcome: edges });
  for (const [id, plan] of importJobs()) jobs.set(id, plan);
  for (const [id, outcome] of Object.entries(unhappyEnds(graph))) {
    jobs.set(id, {
      taskType: 'Algorithm',
      rawRequest: '{"algorithmName":"pagerank","parameters":{}}',
      outcome,
    });
  }
  jobs.set('pending-forever', {
    taskType: 'Algorithm',
    rawRequest: '{"algorithmName":"pagerank","parameters":{}}',
    outcome: () => done({ kind: 'empty' }),
    neverStarts: true,
  });
  return jobs;
}

/** Queries of ges_03_0175 and ges_03_0331, from an airport over two flights. */
function queryJobs(graph: AirportsGraph): readonly (readonly [id: string, plan: JobPlan])[] {
  const start = { executionMode: 'async', vertices: ['ABE'] };
  const filtered = { ...start, filters: [{ operator: 'outV' }, { operator: 'outV' }], query_type: 'Path' };
  const path = { ...start, repeat: [{ operator: 'outV', edge_filter: BUSY }], times: 2 };
  const answers = [
    ['filtered-query', answerFilteredQuery(graph, JSON.stringify(filtered))],
    ['path-query', answerPathQuery(graph, JSON.stringify({ ...path, emit: true }))],
    ['path-query-select', answerPathQuery(graph, JSON.stringify({ ...path, select: ['v0', 'v2'] }))],
    ['path-query-tree', answerPathQuery(graph, JSON.stringify({ ...path, queryType: 'Tree' }))],
  ] as const;
  return answers.flatMap(([id, answer]) => ('job' in answer ? [[id, answer.job] as const] : []));
}

/** Every documented way to end other than `success`. */
function unhappyEnds(graph: AirportsGraph): { readonly [jobId: string]: () => Outcome } {
  const failure = algorithmFailure('shortest_path', 'parameter [source] is invalid');
  const ranks = () => runAlgorithm('pagerank', graph, {}, RUNTIME_SECONDS);
  return {
    // HTTP 400 (ges_03_0076).
    failed: () => {
      throw failure;
    },
    // The same as an answer of its own: HTTP 200 and `status: failed`, as the job list shows it (ges_03_0204).
    'failed-200': () => {
      throw new GesFailure(200, { ...failure.body, status: 'failed' });
    },
    // HyG: HTTP 400 although `status` says complete (ges_03_0446).
    'hyg-failed': () => {
      throw new GesFailure(400, { ...failure.body, status: 'complete', result: 'failed' });
    },
    // HyG: success is called complete (ges_03_0446, ges_03_0450).
    'hyg-pagerank': () => ({ status: 'complete', result: ranks() }),
    // HyG cuts JSON results at a size that is not documented (ges_03_0446); here at 1000.
    'hyg-truncated': () => ({
      status: 'complete',
      members: { result: 'success' },
      result: pagedResult('pagerank', keyed(Array.from({ length: 1000 }, (_, i) => [`v${i}`, 1 / (i + 2)]))),
    }),
    // HyG sync: no data at all (ges_03_0536).
    'hyg-sync': () => ({ status: 'complete', members: { result: 'success' }, result: { kind: 'empty' } }),
    // ges_03_0037, revision of 2025.
    'partially-failed': () => ({ status: 'partiallyFailed', result: ranks() }),
    // An import of which some lines failed has no result (ges_03_0037).
    'import-partly-failed': () => ({ status: 'partiallyFailed', result: { kind: 'empty' } }),
  };
}

function done(result: Outcome['result']): Outcome {
  return { status: 'success', result };
}
