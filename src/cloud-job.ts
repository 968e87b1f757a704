import { CLOUD_JOB_COLUMNS, type CloudJob, cloudJobRows, readCloudJob } from './client/cloud-job-answer.js';
import type { GesClient } from './client/ges-client.js';
import { waitFor } from './client/retry.js';
import type { ResolvedExport, ResolvedWait } from './config/options.js';
import { connect } from './connect.js';
import { JobError, RequestError } from './errors.js';
import { type ExportHooks, exportSource } from './export-job.js';
import { listOf, recordsPlan } from './job-list.js';
import { FIRST_POLL_MS, MAX_POLL_MS, type OpenJob, probingBy, type WaitOptions } from './job-source.js';
import { JsonObject } from './json-value.js';
import type { Manifest } from './manifest/manifest.js';

/**
 * Reads a job of BMS or SDRS with all its sub-jobs; waits for its end first where `wait` says so.
 *
 * @returns the job as it is then, failed and unfinished ones too
 * @throws JobError `JOB_NOT_FOUND`; RequestError
 */
export async function showCloudJob(
  connection: ResolvedWait,
  jobId: string,
  waiting: Omit<WaitOptions, 'waitMs'>,
): Promise<CloudJob> {
  const client = connect(connection, 1);
  try {
    return await awaitCloudJob(client, jobId, { ...waiting, waitMs: connection.wait });
  } finally {
    await client.close();
  }
}

/**
 * Exports the job and its sub-jobs, one row each, as the table `jobs`.
 *
 * @param onJob gets the job before anything is written
 * @throws as `exportJob`; JobError `JOB_NOT_READY` for a job that has not ended in time
 */
export function exportCloudJob(
  resolved: ResolvedExport,
  hooks: ExportHooks,
  onJob: (job: CloudJob) => void,
): Promise<Manifest> {
  const { jobId } = resolved;
  return exportSource(resolved, hooks, async (client, waiting) => {
    const job = await awaitCloudJob(client, jobId, waiting);
    if (!hasEnded(job)) throw notReady(job);
    onJob(job);
    return openCloudJob(job);
  });
}

export function hasEnded({ state }: CloudJob): boolean {
  return state === 'done' || state === 'partial' || state === 'failed';
}

/** The job ends with exit code 3 where it goes on, as every job that is not ready. */
export function notReady({ jobId, statusWord }: CloudJob): JobError {
  const hint = /payment/i.test(statusWord) ? ', an order that nobody has paid' : '';
  return new JobError(
    'JOB_NOT_READY',
    `Job "${jobId}" has not finished: its status is "${statusWord}"${hint}`,
    { retryable: true },
  );
}

async function awaitCloudJob(client: GesClient, jobId: string, options: WaitOptions): Promise<CloudJob> {
  const deadline = Date.now() + options.waitMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, MAX_POLL_MS)) {
    const job = await fetchCloudJob(client, jobId, options.signal);
    const left = deadline - Date.now();
    if (hasEnded(job) || left <= 0) return job;
    options.onStatus?.(job.statusWord);
    await waitFor(Math.min(pollMs, left), options.signal);
  }
}

async function fetchCloudJob(
  client: GesClient,
  jobId: string,
  signal: AbortSignal | undefined,
): Promise<CloudJob> {
  try {
    const { body } = await client.readCloudJob(jobId, signal);
    const job = readCloudJob(jobId, body);
    body.release();
    return job;
  } catch (error) {
    if (!(error instanceof RequestError) || !isNotFound(error)) throw error;
    throw new JobError('JOB_NOT_FOUND', `The service does not know job "${jobId}": ${error.message}`, {
      facts: error.facts,
      retryable: false,
      cause: error,
      action: 'Check the ID, --project-id and --endpoint',
    });
  }
}

/** `itemNotFound` comes with 404; the pages of both services show other refusals as 400 with a message. */
function isNotFound({ code, facts }: RequestError): boolean {
  if (code === 'JOB_NOT_FOUND') return true;
  if (code !== 'API_REJECTED') return false;
  return (
    facts.httpStatus === 404 || /not (be )?(found|exist)|不存在|找不到/i.test(facts.gesErrorMessage ?? '')
  );
}

function openCloudJob(job: CloudJob): OpenJob {
  const rows = cloudJobRows(job);
  const body = {
    envelope: new JsonObject([], []),
    lists: [listOf('jobs', rows)],
    bytes: 0,
    heldBytes: 0,
    release: () => {},
  };
  const count = rows.length;
  const answer = { offset: null, declared: null, total: count, count, bytes: 0, digest: () => '', body };
  const fetchPage = async () => answer;
  return {
    id: job.jobId,
    status: job.state,
    statusWord: job.statusWord,
    total: count,
    isPaged: false,
    primary: 'jobs',
    scalars: new JsonObject([], []),
    isLikeHyg: false,
    isPlain: false,
    fetchPage,
    probePage: probingBy(fetchPage),
    plans: [recordsPlan('jobs', CLOUD_JOB_COLUMNS)],
    warnings: job.warnings,
  };
}
