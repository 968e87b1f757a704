import type { JobStatus } from './client/job-status.js';
import type { ResolvedWait } from './config/options.js';
import { connect } from './connect.js';
import { openJob, type WaitOptions } from './job-source.js';

/** A job that has ended. */
export interface EndedJob {
  readonly jobId: string;
  /** As the server wrote it. */
  readonly status: string;
  readonly state: JobStatus;
  /** Records of the result; null where only reading it all would tell. */
  readonly total: number | null;
}

/**
 * Waits for the end of a job, asking ever less often: after 0.5 seconds first, every 10 seconds at last.
 *
 * @throws JobError `JOB_FAILED`, `JOB_NOT_FOUND`; `JOB_NOT_READY` at the deadline
 */
export async function waitForJob(
  connection: ResolvedWait,
  jobId: string,
  options: Omit<WaitOptions, 'waitMs'>,
): Promise<EndedJob> {
  const client = connect(connection, 1);
  try {
    const job = await openJob(client, jobId, { ...options, waitMs: connection.wait });
    return { jobId, status: job.statusWord, state: job.status, total: job.total };
  } finally {
    await client.close();
  }
}
