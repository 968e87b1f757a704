import { z } from 'zod';
import { checkParameters, iterations, ratio } from './algorithm-parameters.js';
import { keyed, type Run } from './algorithm-run.js';
import { bigclam } from './bigclam.js';
import { algorithmFailure } from './ges-failure.js';
import { neighbourhoods } from './graph-measures.js';
import { pagedResult } from './job-result.js';
import { biasedWalks, embed } from './node2vec.js';
import { createRandom } from './random.js';

/** A run blocks the simulator: what would take more than some seconds fails the job. */
const MAX_COMMUNITIES = 1000;
const MAX_STEPS = 100_000_000;

/** "3,2,10": at most 100 numbers, each from 1 to 10000. */
const communityNumbers = z
  .string()
  .regex(/^\d+(,\d+)*$/)
  .transform((text) => [...new Set(text.split(',').map(Number))])
  .pipe(z.array(z.number().min(1).max(10_000)).max(100));

/**
 * Page ges_03_0508. Of several numbers of communities the one with the greatest likelihood is taken, less what its
 * memberships cost (Schwarz's criterion, one parameter a membership).
 */
const runBigclam: Run = (graph, parameters, runtime) => {
  const checked = checkParameters(
    'bigclam',
    z.strictObject({
      convergence: ratio.default(0.00001),
      max_iterations: iterations.default(100),
      community_num_space: communityNumbers,
      learning_rate: z.number().gt(0).default(0.01),
    }),
    parameters,
  );
  const near = neighbourhoods(graph.undirected);
  const numbers = checked.community_num_space;
  if (numbers.reduce((sum, number) => sum + Math.min(number, near.length), 0) > MAX_COMMUNITIES)
    throw algorithmFailure('bigclam', 'the search takes too long here, narrow community_num_space');
  const pairs = (near.length * (near.length - 1)) / 2;
  const [best] = numbers
    .map((communities) => {
      const found = bigclam(near, {
        communities,
        convergence: checked.convergence,
        maxIterations: checked.max_iterations,
        learningRate: checked.learning_rate,
      });
      const memberships = found.communities.reduce((sum, own) => sum + own.length, 0);
      return { communities, found, criterion: found.logLikelihood - (memberships * Math.log(pairs)) / 2 };
    })
    .sort((a, b) => b.criterion - a.criterion);
  if (best === undefined) throw algorithmFailure('bigclam', 'parameter [community_num_space] is invalid');
  const rows = graph.undirected
    .nodes()
    .map((id, index) => [id, best.found.communities[index] ?? []] as const);
  return pagedResult('communities', keyed(rows), {
    before: { community_num: best.communities, log_likelihood: best.found.logLikelihood },
    after: { runtime },
  });
};

const upTo100 = z.number().int().min(1).max(100);

/** Page ges_03_0089; edges lead both ways. */
const runNode2vec: Run = (graph, parameters, runtime) => {
  const { P, Q, dim, walkLength, walkNumber, ...checked } = checkParameters(
    'node2vec',
    z.strictObject({
      P: z.number().gt(0).default(1),
      Q: z.number().gt(0).default(1),
      dim: z.number().int().min(1).max(200).default(50),
      walkLength: upTo100.default(40),
      walkNumber: upTo100.default(10),
      iterations: upTo100.default(10),
    }),
    parameters,
  );
  const near = neighbourhoods(graph.undirected);
  if (near.length * walkNumber * walkLength * checked.iterations * dim > MAX_STEPS)
    throw algorithmFailure('node2vec', 'the run takes too long here, take fewer and shorter walks');
  const random = createRandom(1);
  const walks = biasedWalks(near, { returning: P, leaving: Q, walkLength, walkNumber, random });
  const vectors = embed(near.length, walks, { dim, iterations: checked.iterations, random });
  const rows = graph.undirected.nodes().map((id, index) => [id, [...(vectors[index] ?? [])]] as const);
  return pagedResult('embedding', keyed(rows), { after: { runtime } });
};

export const LEARNED_ALGORITHMS: ReadonlyMap<string, Run> = new Map([
  ['bigclam', runBigclam],
  ['node2vec', runNode2vec],
]);
