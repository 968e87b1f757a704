import type { ErrorCode } from '../errors.js';

/** What a refusal means for the one who reads a result. */
export interface Verdict {
  readonly code: ErrorCode;
  /** `yes`: the same request may succeed; `new-token`: it may succeed with a fresh token; `no`. */
  readonly retry: 'yes' | 'new-token' | 'no';
}

interface ErrorRule {
  readonly codes: readonly string[];
  /** Must match the message, where one code has several meanings. English and Chinese. */
  readonly message?: RegExp;
  readonly verdict: Verdict;
}

const BUSY: Verdict = { code: 'REQUEST_BUSY', retry: 'yes' };
const REJECTED: Verdict = { code: 'API_REJECTED', retry: 'no' };
const UNAUTHORIZED: Verdict = { code: 'API_UNAUTHORIZED', retry: 'new-token' };
const FAILED: Verdict = { code: 'JOB_FAILED', retry: 'no' };

/**
 * Error codes of the service plane (page "Error Codes", ges_03_0110) and of the gateway, first match wins.
 * The HTTP status is not asked first: an invalid token is HTTP 400, and so is a failed job.
 */
const ERROR_RULES: readonly ErrorRule[] = [
  // Before "not found": what an algorithm does not find is a vertex or a parameter.
  { codes: ['GES.8301'], message: /running algorithm|unknown algorithm|算法/i, verdict: FAILED },
  {
    codes: ['GES.8301'],
    message: /can ?not find job|job .*not (exist|found)|找不到.*job|未找到|不存在/i,
    verdict: { code: 'JOB_NOT_FOUND', retry: 'no' },
  },
  { codes: ['GES.8007'], verdict: UNAUTHORIZED },
  { codes: ['GES.8002', 'GES.8005'], message: /token/i, verdict: UNAUTHORIZED },
  {
    codes: [
      'GES.8001',
      'GES.8002',
      'GES.8008',
      'GES.8105',
      'GES.8107',
      'GES.8108',
      'GES.8204',
      'GES.8209',
      'GES.8210',
    ],
    verdict: BUSY,
  },
  {
    codes: ['GES.8301', 'GES.8302', 'GES.8504', 'GES.8601', 'GES.8602', 'GES.8605', 'GES.8611', 'GES.8804'],
    verdict: BUSY,
  },
  { codes: ['GES.7004', 'GES.7005', 'GES.7006', 'GES.7051', 'APIG.0308'], verdict: BUSY },
  { codes: ['GES.8000', 'GES.8003', 'GES.8011', 'GES.8402'], message: /graph|图/i, verdict: REJECTED },
  { codes: ['GES.8402', 'GES.8403'], verdict: REJECTED },
];

/** Messages that mean "renew the token" under whatever code (IAM, "Obtaining a User Token"). */
const TOKEN_MESSAGE = /token must be updated|invalid token|token (has )?expired|token.*(过期|失效|无效)/i;

/** HTTP statuses that may pass (ges_03_0007; 500, 502, 503 and 504 by common practice). */
const BUSY_STATUSES: ReadonlySet<number> = new Set([408, 413, 425, 429, 500, 502, 503, 504]);

/**
 * Judges a refusal by GES code and message first, by HTTP status last.
 *
 * @param hasFailed the answer has a `status`, and that or `result` says failed: the job, not the query, failed
 */
export function judgeError(
  httpStatus: number,
  gesCode: string | null,
  message: string | null,
  hasFailed: boolean,
): Verdict {
  const words = message ?? '';
  if (TOKEN_MESSAGE.test(words)) return UNAUTHORIZED;
  const rule = ERROR_RULES.find(
    (candidate) =>
      gesCode !== null && candidate.codes.includes(gesCode) && (candidate.message?.test(words) ?? true),
  );
  if (hasFailed && (rule === undefined || rule.verdict === BUSY)) return FAILED;
  if (rule !== undefined) return rule.verdict;
  if (gesCode === null && httpStatus === 401) return UNAUTHORIZED;
  if (BUSY_STATUSES.has(httpStatus)) return BUSY;
  return httpStatus === 401 ? UNAUTHORIZED : REJECTED;
}
