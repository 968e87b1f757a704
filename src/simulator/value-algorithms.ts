import { z } from 'zod';
import { checkParameters, threads } from './algorithm-parameters.js';
import type { Run } from './algorithm-run.js';
import { averageClustering, degreeCorrelation, triangles } from './graph-measures.js';

/** Page ges_03_0096, the mean over all vertices; the page gives no formula. */
const runClusterCoefficient: Run = (graph, parameters, runtime) => {
  checkParameters('cluster_coefficient', z.strictObject({}), parameters);
  return { kind: 'unpaged', scalars: { cluster_coefficient: averageClustering(graph.undirected), runtime } };
};

/** Page ges_03_0094. */
const runDegreeCorrelation: Run = (graph, parameters, runtime) => {
  checkParameters('degree_correlation', z.strictObject({}), parameters);
  return { kind: 'unpaged', scalars: { degree_correlation: degreeCorrelation(graph.directed), runtime } };
};

/** Page ges_03_0095: the number of triangles, or with `statistics: false` those of each vertex as well, not paged. */
const runTriangleCount: Run = (graph, parameters, runtime) => {
  const { statistics } = checkParameters(
    'triangle_count',
    z.strictObject({ statistics: z.boolean().default(true), num_thread: threads }),
    parameters,
  );
  const counts = [...triangles(graph.undirected)];
  const triangleCount = counts.reduce((sum, [, count]) => sum + count, 0) / 3;
  const scalars = { triangle_count: triangleCount, runtime };
  if (statistics) return { kind: 'unpaged', scalars };
  const vertexTriangles = counts.map(([id, count]) => ({ [id]: count }));
  return { kind: 'unpaged', scalars: { vertex_triangles: vertexTriangles, ...scalars } };
};

export const VALUE_ALGORITHMS: ReadonlyMap<string, Run> = new Map([
  ['cluster_coefficient', runClusterCoefficient],
  ['degree_correlation', runDegreeCorrelation],
  ['triangle_count', runTriangleCount],
]);
