import { z } from 'zod';
import { checkParameters, directed, iterations, ratio } from './algorithm-parameters.js';
import { keyed, type Run, readingOf, vertexSet } from './algorithm-run.js';
import { algorithmFilter } from './filtered-algorithms.js';
import { algorithmFailure } from './ges-failure.js';
import { pagedResult } from './job-result.js';
import { pagerank } from './pagerank.js';
import { elementsOf } from './traversal.js';

const NAME = 'topicrank';
const MAX_SOURCES = 100_000;

/** The page declares these two as texts, and its examples give numbers. */
const ratioOrText = z.union([ratio, z.string().transform(Number).pipe(ratio)]);
const startWeight = z.number().min(0).max(100_000).default(1);

const options = z.strictObject({
  sources: z.string(),
  actived_p: startWeight,
  default_p: startWeight,
  filtered: z.boolean().default(false),
  only_neighbors: z.boolean().default(false),
  alpha: ratioOrText.default(0.85),
  convergence: ratioOrText.default(0.00001),
  max_iterations: iterations.default(1000),
  directed,
  num_thread: z.number().int().min(1).max(40).optional(),
});

/**
 * Page ges_03_0236: pagerank whose walk begins again at `sources` with the weight `actived_p`, elsewhere with
 * `default_p`. `filtered` applies the `vertex_filter` of the request to the result; `only_neighbors` keeps what is next
 * to a source.
 */
export const runTopicrank: Run = (graph, parameters, runtime, request) => {
  const checked = checkParameters(NAME, options, parameters);
  const sources = new Set(vertexSet(NAME, graph, 'sources', checked.sources));
  if (sources.size > MAX_SOURCES) throw algorithmFailure(NAME, 'parameter [sources] is invalid');
  if (checked.actived_p + checked.default_p === 0)
    throw algorithmFailure(NAME, 'parameter [actived_p] is invalid');
  const read = readingOf(graph, checked.directed);
  const ranks = pagerank(read, {
    alpha: checked.alpha,
    convergence: checked.convergence,
    maxIterations: checked.max_iterations,
    restartWeight: (id) => (sources.has(id) ? checked.actived_p : checked.default_p),
  });
  const fitsVertex = algorithmFilter(NAME, 'vertex_filter', request['vertex_filter']);
  const { vertices } = elementsOf(graph);
  const near = new Set([...sources].flatMap((id) => read.neighbors(id)));
  const rows = [...ranks].filter(([id]) => {
    const vertex = vertices.get(id);
    const passes = !checked.filtered || (vertex !== undefined && fitsVertex(vertex));
    return passes && (!checked.only_neighbors || near.has(id));
  });
  return pagedResult(NAME, keyed(rows.sort(([, a], [, b]) => b - a)), { after: { runtime } });
};
