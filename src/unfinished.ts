import type { OutputPlace } from './destination/output-place.js';
import { type ErrorCode, GesExportError } from './errors.js';
import { loadCheckpoint } from './place-documents.js';

/** Stands in the place of an export that cannot go on, because its result is not there any more. */
export const UNFINISHED_NAME = '_UNFINISHED';

/** What no later run of the same command makes good by itself. */
const LOST_CODES: ReadonlySet<ErrorCode> = new Set([
  'TOTAL_CHANGED',
  'HOST_CHANGED',
  'JOB_NOT_FOUND',
  'JOB_FAILED',
]);

/**
 * Marks what an export of this job has left in its place when its result is lost: a JSON object with the code,
 * the message and how far the files go. The files stay as they are.
 *
 * @returns what to tell the user; null when there is nothing to mark
 */
export async function markUnfinished(
  place: OutputPlace,
  jobId: string,
  error: unknown,
): Promise<string | null> {
  if (!(error instanceof GesExportError) || !LOST_CODES.has(error.code)) return null;
  const { code, message } = error;
  try {
    if ((await loadCheckpoint(place)) === null) return null;
    const unlock = await place.lock();
    try {
      const checkpoint = await loadCheckpoint(place);
      if (checkpoint === null || checkpoint.identity.jobId !== jobId) return null;
      const { committedOffset: records, identity } = checkpoint;
      const mark = { jobId, total: identity.total, records, code, message, at: new Date().toISOString() };
      await place.saveText(UNFINISHED_NAME, `${JSON.stringify(mark, null, 2)}\n`);
      return `The files in "${place.name}" are kept: ${records} of ${identity.total ?? 'an unknown number of'} records, marked by ${UNFINISHED_NAME}`;
    } finally {
      await unlock();
    }
  } catch {
    // Somebody else writes there now, or the place cannot be written: the first error is the one to report.
    return null;
  }
}
