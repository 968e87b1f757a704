import { expect, test } from 'vitest';
import {
  algorithmPath,
  cloudJobPath,
  type GraphAddress,
  jobPath,
  queryPath,
  queuedJobsPath,
} from '../../src/client/graph-paths.js';

const MEMORY: GraphAddress = {
  projectId: 'p1',
  graph: 'movies',
  edition: 'memory',
  hygBase: 'hyg/{graph}',
};
const DATABASE: GraphAddress = { ...MEMORY, edition: 'database' };
const HYG: GraphAddress = { ...MEMORY, edition: 'hyg' };
const ABU_DHABI: GraphAddress = { ...HYG, hygBase: '/graphs/{graph}/hyg/' };

test('an algorithm is submitted where the page of its edition says', () => {
  const action = '/ges/v1.0/p1/graphs/movies/action?action_id=execute-algorithm';
  expect(algorithmPath(MEMORY, 'pagerank')).toBe(action);
  expect(algorithmPath(DATABASE, 'shortest_path')).toBe(action);
  expect(algorithmPath(HYG, 'pagerank')).toBe('/ges/v1.0/p1/hyg/movies/algorithm');
  expect(algorithmPath(ABU_DHABI, 'pagerank')).toBe('/ges/v1.0/p1/graphs/movies/hyg/algorithm');
});

test.each(['temporal_bfs', 'temporal_graph', 'temporal_paths'])(
  '%s has the path of dynamic graphs',
  (name) => {
    expect(algorithmPath(MEMORY, name)).toBe(
      '/ges/v1.0/p1/graphs/movies/dynamicgraphs/action?action_id=execute-analysis',
    );
  },
);

test.each([
  ['vertex-query', 'vertices/action?action_id=query'],
  ['edge-query', 'edges/action?action_id=query'],
  ['filtered-query', 'action?action_id=filtered-query'],
  ['path-query', 'action?action_id=path-query'],
  ['cypher-query', 'action?action_id=execute-cypher-query'],
  ['gql-query', 'action?action_id=execute-gql-query'],
] as const)('%s', (query, path) => {
  expect(queryPath(MEMORY, query)).toBe(`/ges/v1.0/p1/graphs/movies/${path}`);
});

test('a job is cancelled where the page of its edition says', () => {
  expect(jobPath(MEMORY, 'j/1')).toBe('/ges/v1.0/p1/graphs/movies/jobs/j%2F1');
  expect(jobPath(DATABASE, 'j1')).toBe('/ges/v1.0/p1/graphs/movies/jobs/j1');
  expect(jobPath(HYG, 'j1')).toBe('/ges/v1.0/p1/hyg/movies/jobs/j1');
  expect(queuedJobsPath(HYG)).toBe('/ges/v1.0/p1/hyg/movies/jobs');
  // Only HyG has this call, whatever the edition is said to be.
  expect(queuedJobsPath(MEMORY)).toBe('/ges/v1.0/p1/hyg/movies/jobs');
});

test('a cloud job has neither graph nor /ges, and names are encoded', () => {
  expect(cloudJobPath('p1', '../x')).toBe('/v1/p1/jobs/..%2Fx');
  expect(algorithmPath({ ...HYG, graph: '电影/$&' }, 'pagerank')).toBe(
    `/ges/v1.0/p1/hyg/${encodeURIComponent('电影/$&')}/algorithm`,
  );
});
