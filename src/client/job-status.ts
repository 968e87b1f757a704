/** A job's state, in one vocabulary for all editions. */
export type JobStatus = 'pending' | 'running' | 'done' | 'partial' | 'failed' | 'unknown';

/**
 * Every status word found in the documents (ges_03_0037 of 2018, 2021 and 2025, 0472, 0204, 0471, 0446, 0536;
 * task centre ges_01_0096) and in those of BMS and SDRS jobs (`INIT`, `FAIL`, `PENDING_PAYMENT`). `complete` and its
 * kin say only that the job ended: how it ended is told by `result` and `errorCode` (ges_03_0446).
 */
const STATUS_WORDS: ReadonlyMap<string, JobStatus> = new Map(
  Object.entries({
    pending: 'pending',
    waiting: 'pending',
    suspended: 'pending',
    init: 'pending',
    pendingpayment: 'pending',
    running: 'running',
    success: 'done',
    succeeded: 'done',
    complete: 'done',
    completed: 'done',
    finished: 'done',
    partiallyfailed: 'partial',
    partfailed: 'partial',
    failed: 'failed',
    fail: 'failed',
    error: 'failed',
    cancelled: 'failed',
    canceled: 'failed',
  } as const),
);

/**
 * @param word `status` as the server wrote it; null when the answer has none
 * @param hasFailed whether `result` or `errorCode` speaks of a failure; a job that failed in part may have one of its own
 */
export function readJobStatus(word: string | null, hasFailed: boolean): JobStatus {
  const status = STATUS_WORDS.get(word?.toLowerCase().replace(/[\s_-]+/g, '') ?? '') ?? 'unknown';
  return hasFailed && status !== 'partial' ? 'failed' : status;
}
