import { z } from 'zod';
import type { AirportsGraph } from './airports-graph.js';
import { runAlgorithm } from './algorithms.js';
import { ERROR_ENVELOPES } from './error-envelopes.js';
import { GesFailure } from './ges-failure.js';
import type { JobPlan, Outcome } from './job.js';
import { readJson } from './read-json.js';

const submission = z.object({
  algorithmName: z.string().min(1),
  parameters: z.record(z.string(), z.unknown()).default({}),
  output: z
    .object({ format: z.enum(['JSON', 'TXT']).optional(), mode: z.enum(['TRUNCATED', 'FULL']).optional() })
    .nullish(),
  timeout: z.number().int().gt(0).lt(2_147_483_648).nullish(),
  data_id: z.string().optional(),
});

/**
 * The job of "Executing an Algorithm" of HyG (ges_03_0444, 0446). A parameter that is null has its default. A result
 * in TXT lies on the disk of a node and is in no answer.
 *
 * @param needsDataId the form of the Abu Dhabi region
 * @throws GesFailure GES.8005 "Parameter error!" (ges_03_0503)
 */
export function planHygAlgorithm(
  graph: AirportsGraph,
  body: string,
  needsDataId: boolean,
  runtime: number,
): JobPlan {
  const request = submission.safeParse(readJson(body));
  if (!request.success || (needsDataId && request.data.data_id === undefined))
    throw new GesFailure(400, ERROR_ENVELOPES.service('GES.8005', 'Parameter error!'));
  const { algorithmName, parameters, output } = request.data;
  const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null));
  return {
    taskType: 'Algorithm',
    rawRequest: body,
    isHyg: true,
    outcome: () => {
      const result = asHyg(() => runAlgorithm(algorithmName, graph, given, runtime));
      const isText = output?.format === 'TXT';
      return isText ? doneWithout : { status: 'complete', result };
    },
  };
}

const doneWithout: Outcome = {
  status: 'complete',
  members: { result: 'success' },
  result: { kind: 'empty' },
};

/** A failed job is `complete` too, with HTTP 400 (ges_03_0446). */
function asHyg<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof GesFailure)) throw error;
    throw new GesFailure(400, { ...error.body, status: 'complete', result: 'failed' });
  }
}

/** ges_03_0444. */
export function hygGraphNotFound(graph: string): GesFailure {
  return new GesFailure(400, ERROR_ENVELOPES.hyg('GES.8011', `graph : ${graph} is not exist`));
}

/** ges_03_0533. */
export function hygJobNotFound(jobId: string): GesFailure {
  return new GesFailure(
    400,
    ERROR_ENVELOPES['with-result']('GES.8000', `can not find job to cancel, id is ${jobId}`),
  );
}
