import type { ErrorCode } from '../errors.js';
import { CODE_OF, type Consequence, GES_ERRORS, HTTP_ERRORS } from './ges-errors.js';
import { speaksOf } from './message-kind.js';

/** What a refusal means for the one who reads a result. */
export interface Verdict {
  readonly code: ErrorCode;
  /** Whether the same request may succeed later. */
  readonly retry: boolean;
  /** Whether it may succeed with a fresh token. */
  readonly newToken: boolean;
  /** What to do, where the error of GES says more than our code. */
  readonly action: string | undefined;
  /** How long to wait at least, where the documents say so and no `Retry-After` does; milliseconds. */
  readonly waitMs: number | null;
}

/** "Wait 2 to 5 s and try again" is the advice for the throttling of the gateway. */
const THROTTLED_WAIT_MS = 2000;

/**
 * Judges a refusal by GES code and message first, by HTTP status last: an invalid token is HTTP 400, and so is a
 * failed job.
 *
 * @param hasFailed the answer has a `status`: the job, not the query, may be what failed
 * @param isStated the `status` or `result` of the job says so itself: a code that would blame the request is the job's then
 */
export function judgeError(
  httpStatus: number,
  gesCode: string | null,
  message: string | null,
  hasFailed: boolean,
  isStated = false,
): Verdict {
  const words = message ?? '';
  const waitMs = gesCode === 'APIG.0308' ? THROTTLED_WAIT_MS : null;
  const known = findGesError(gesCode, words);
  const consequence = known?.consequence;
  if (speaksOf('token', words)) return verdict('unauthorized', undefined, waitMs);
  if (hasFailed && isOfJob(gesCode, consequence, isStated && !speaksOf('past-end', words)))
    return verdict('job-failed', undefined, waitMs);
  if (known !== undefined && consequence !== undefined)
    return verdict(refine(consequence, words), known.action, waitMs);
  if (speaksOf('graph-missing', words)) return verdict('graph-not-found', undefined, waitMs);
  if (gesCode !== null && speaksOf('job-missing', words)) return verdict('job-not-found', undefined, waitMs);
  const byStatus = HTTP_ERRORS.find((error) => error.statuses.includes(httpStatus));
  // A code that is in no document says that GES itself has spoken: only its passing states are read from the status.
  return verdict(
    byStatus?.consequence ?? 'rejected',
    gesCode === null ? byStatus?.action : undefined,
    waitMs,
  );
}

/** Without a right to read it, nobody is told how the job ended. */
const ACCESS_CODES: ReadonlySet<string> = new Set(['GES.8006', 'GES.8020']);

/** Whether an error beside the status of a job is the job's: not one of a token, or of what is not there. */
function isOfJob(gesCode: string | null, consequence: Consequence | undefined, isStated: boolean): boolean {
  if (consequence === 'rejected') return isStated && gesCode !== null && !ACCESS_CODES.has(gesCode);
  return consequence === undefined || consequence === 'busy' || consequence === 'new-token-or-busy';
}

function findGesError(gesCode: string | null, words: string) {
  if (gesCode === null) return undefined;
  return GES_ERRORS.find(
    (error) => error.codes.includes(gesCode) && (error.when === undefined || speaksOf(error.when, words)),
  );
}

/** Where the message itself names the token, a refusal after renewing it is a refusal of the token. */
function refine(consequence: Consequence, words: string): Consequence {
  const mayBeToken = consequence === 'new-token-or-rejected' || consequence === 'new-token-or-busy';
  return mayBeToken && /token/i.test(words) ? 'unauthorized' : consequence;
}

function verdict(consequence: Consequence, action: string | undefined, waitMs: number | null): Verdict {
  return {
    code: CODE_OF[consequence],
    retry: consequence === 'busy' || consequence === 'new-token-or-busy',
    newToken:
      consequence === 'unauthorized' ||
      consequence === 'new-token-or-rejected' ||
      consequence === 'new-token-or-busy',
    action: consequence === 'rejected' || consequence === 'new-token-or-rejected' ? action : undefined,
    waitMs,
  };
}
