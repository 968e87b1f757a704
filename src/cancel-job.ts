import type { GesClient } from './client/ges-client.js';
import { jobPath, queuedJobsPath } from './client/graph-paths.js';
import type { ResolvedCall } from './config/options.js';
import { connect } from './connect.js';
import { JobError, RequestError } from './errors.js';

/**
 * Cancels one job (ges_03_0038; HyG ges_03_0533). The engine may take a while to end a job that runs, and which
 * status it gives to it then is not documented.
 *
 * @throws JobError `JOB_NOT_FOUND`; `JOB_NOT_CANCELLED` for a job that has ended, or is of a kind that cannot be cancelled
 * @throws RequestError `REQUEST_UNCERTAIN`
 */
export async function cancelJob(call: ResolvedCall, jobId: string): Promise<void> {
  const client = connect(call, 1);
  try {
    await client.write({ method: 'DELETE', path: jobPath(call, jobId) });
  } catch (error) {
    if (!(error instanceof RequestError) || error.facts.gesErrorCode === undefined) throw error;
    if (error.code !== 'API_REJECTED' && error.code !== 'JOB_NOT_FOUND') throw error;
    throw await explainRefusal(client, jobId, error);
  } finally {
    await client.close();
  }
}

/** Cancels every HyG job that waits for its turn (ges_03_0533). @throws RequestError `REQUEST_UNCERTAIN` */
export async function cancelQueuedJobs(call: ResolvedCall): Promise<void> {
  const client = connect(call, 1);
  try {
    await client.write({ method: 'DELETE', path: queuedJobsPath(call) });
  } finally {
    await client.close();
  }
}

/**
 * The refusal says "can not find job to cancel" (GES.8303) of a job that is not there and of one that has ended;
 * the job's own status tells which.
 */
async function explainRefusal(
  client: GesClient,
  jobId: string,
  refusal: RequestError,
): Promise<RequestError> {
  const status = await statusOf(client, jobId, refusal);
  if (status instanceof RequestError) return status;
  return new JobError(
    'JOB_NOT_CANCELLED',
    `Job "${jobId}" cannot be cancelled, its status is "${status}": ${refusal.message}`,
    { facts: refusal.facts, retryable: false, cause: refusal },
  );
}

async function statusOf(
  client: GesClient,
  jobId: string,
  refusal: RequestError,
): Promise<string | RequestError> {
  try {
    const { envelope } = await client.readJob(jobId, { offset: 0, limit: 1 });
    return envelope.statusWord ?? 'none';
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.code === 'JOB_FAILED') return 'failed';
    return error.code === 'JOB_NOT_FOUND' ? error : refusal;
  }
}
