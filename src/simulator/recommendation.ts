import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { checkParameters, directed, ratio } from './algorithm-parameters.js';
import { keyed, type Run, readingOf } from './algorithm-run.js';
import { algorithmFailure } from './ges-failure.js';
import { pagedResult } from './job-result.js';
import { createRandom } from './random.js';
import { elementsOf } from './traversal.js';

const NAME = 'realtime_recommendation';

const options = z.strictObject({
  sources: z.string(),
  alpha: ratio.default(0.85),
  N: z.number().int().min(1).max(200_000).default(10_000),
  nv: z.number().int().min(1).max(10).default(5),
  np: z.number().int().min(1).max(2000).default(1000),
  label: z.string().default(''),
  directed,
  source_limit: z.number().int().min(1).max(100_000).default(30),
  restricted: z.boolean().default(true),
});

/**
 * Page ges_03_0090: random walks from every source, which go on with the probability `alpha` and begin again otherwise;
 * the `N` steps are shared out among the sources. A vertex that a walk visits `nv` times is a candidate, and a walk with
 * `np` candidates is over. Candidates score by their visits, those of several sources more than the sum (the "multi-hit
 * booster" of Eksombatchai et al., Pixie, 2018); the sources themselves are not recommended.
 */
export const runRecommendation: Run = (graph, parameters, runtime) => {
  const checked = checkParameters(NAME, options, parameters);
  const sources = readSources(graph, checked);
  const random = createRandom(1);
  const steps = Math.ceil(checked.N / sources.length);
  const given = new Set(sources);
  const roots = new Map<string, number>();
  for (const source of sources) {
    const visits = walk(readingOf(graph, checked.directed), source, given, { ...checked, steps, random });
    for (const [id, count] of visits)
      if (count >= checked.nv) roots.set(id, (roots.get(id) ?? 0) + Math.sqrt(count));
  }
  const { vertices } = elementsOf(graph);
  const rows = [...roots]
    .filter(([id]) => checked.label === '' || vertices.get(id)?.label === checked.label)
    .map(([id, root]) => [id, root ** 2] as const)
    .sort(([, a], [, b]) => b - a);
  return pagedResult('score', keyed(rows), { before: { sources }, after: { runtime } });
};

/** The sources that are in the graph; with `restricted` all must be. */
function readSources(
  graph: AirportsGraph,
  { sources, source_limit, restricted }: z.output<typeof options>,
): readonly string[] {
  const ids = [...new Set(sources.split(',').map((id) => id.trim()))];
  const known = ids.filter((id) => graph.directed.hasNode(id));
  const hasUnknown = known.length < ids.length;
  if (ids.length > source_limit || known.length === 0 || (restricted && hasUnknown))
    throw algorithmFailure(NAME, 'parameter [sources] is invalid');
  return known;
}

interface Walk {
  readonly alpha: number;
  readonly steps: number;
  readonly nv: number;
  readonly np: number;
  readonly random: () => number;
}

/** Visits of each vertex but the given ones. A vertex without a way out sends the walk back to its source. */
function walk(
  graph: AirportsGraph['directed'] | AirportsGraph['undirected'],
  source: string,
  given: ReadonlySet<string>,
  { alpha, steps, nv, np, random }: Walk,
): ReadonlyMap<string, number> {
  const visits = new Map<string, number>();
  let at = source;
  let candidates = 0;
  for (let step = 0; step < steps && candidates < np; step++) {
    const next = graph.outboundNeighbors(at);
    const goesOn = random() < alpha && next.length > 0;
    // A walk that began again makes its step from the source.
    const choices = goesOn ? next : graph.outboundNeighbors(source);
    at = choices[Math.floor(random() * choices.length)] ?? source;
    if (given.has(at)) continue;
    const count = (visits.get(at) ?? 0) + 1;
    visits.set(at, count);
    if (count === nv) candidates++;
  }
  return visits;
}
