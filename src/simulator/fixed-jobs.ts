import type { AirportsGraph } from './airports-graph.js';
import { runAlgorithm } from './algorithms.js';
import { airportVertices, routeEdges } from './elements.js';
import { algorithmFailure, GesFailure } from './ges-failure.js';
import type { JobPlan, Outcome } from './job.js';
import { pagedResult } from './job-result.js';
import { ODD_RESULTS } from './odd-results.js';
import { listOf } from './record-list.js';

const RUNTIME_SECONDS = 0.35;

const AIRPORT_JOBS: readonly (readonly [
  id: string,
  algorithm: string,
  parameters: Record<string, unknown>,
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
];

/** Jobs that are there from the start, finished unless their name says otherwise; plans by job id. */
export function fixedJobs(graph: AirportsGraph): Map<string, JobPlan> {
  const jobs = new Map<string, JobPlan>();
  for (const [id, algorithmName, parameters] of AIRPORT_JOBS) {
    const rawRequest = JSON.stringify({ algorithmName, parameters });
    const outcome = () => done(runAlgorithm(algorithmName, graph, parameters, RUNTIME_SECONDS));
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
  const vertices = () => done(pagedResult('vertices', listOf(airportVertices(graph))));
  const edges = () => done(pagedResult('edges', listOf(routeEdges(graph))));
  jobs.set('vertices', { taskType: 'VertexQuery', rawRequest: '{"labels":["airport"]}', outcome: vertices });
  jobs.set('edges', { taskType: 'EdgeQuery', rawRequest: '{"labels":["route"]}', outcome: edges });
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
    // HyG sync: no data at all (ges_03_0536).
    'hyg-sync': () => ({ status: 'complete', members: { result: 'success' }, result: { kind: 'empty' } }),
    // ges_03_0037, revision of 2025.
    'partially-failed': () => ({ status: 'partiallyFailed', result: ranks() }),
  };
}

function done(result: Outcome['result']): Outcome {
  return { status: 'success', result };
}
