import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '../errors.js';
import { ENVELOPE_NAMES } from './error-envelopes.js';

/** What a request is for, as fault rules name it. */
const REQUEST_KINDS = [
  'status',
  'list',
  'submit',
  'query',
  'cancel',
  'cancel-queued',
  'schema',
  'summary',
  'token',
  'cloud-job',
  'management-v1',
  'management-v2',
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

const count = z.number().int().min(0);
const range = z.union([count, z.tuple([count, count])]);

const condition = z.strictObject({
  path: z.enum(REQUEST_KINDS).optional(),
  /** Which of the requests that fit path and offsets, counted from 1; two numbers are first and last. */
  requests: range.optional(),
  /** The offset asked for; two numbers are first and last. Only status and list requests have one. */
  offsets: range.optional(),
  probability: z.number().min(0).max(1).optional(),
});

const fault = z
  .strictObject({
    /** Waits before the answer. */
    delayMs: count,

    /** Answers with an HTTP status. */
    status: z.number().int().min(200).max(599),
    retryAfterSeconds: count,
    body: z.enum(['html', 'json', 'empty']),
    /** Answers with an error of GES. */
    gesError: z.strictObject({
      code: z.string(),
      message: z.string(),
      httpStatus: z.number().int().min(200).max(599),
      /** The form of the body; `service` if left out. */
      envelope: z.enum(ENVELOPE_NAMES).optional(),
    }),

    /** Sends the body in 64 pieces with this pause between them. */
    dripMs: count,
    /** Resets the connection after this many body bytes; with 0 before the answer. */
    resetAfterBytes: count,
    /** Closes the connection after this many body bytes, short of the promised Content-Length. */
    truncateAfterBytes: count,
    /** Ends the gzip stream halfway, with the right Content-Length; only where the client accepts gzip. */
    gzipCut: z.literal(true),
    /** Puts NUL bytes into the middle of the body: no valid JSON, right length. */
    garbage: z.literal(true),

    /** Untruths about the page; see `PageLies`. */
    clamp: count,
    totalDelta: z.number().int(),
    ignoreOffset: z.literal(true),
    wrongOffsetEcho: z.literal(true),
    shortBy: count,
    longBy: count,
    returnSizeDelta: z.number().int(),

    /** Every token issued so far is expired from here on. */
    expireToken: z.literal(true),
    /** The job of this request is gone from here on. */
    vanish: z.literal(true),
  })
  .partial()
  .refine((value) => Object.keys(value).length > 0, 'names no fault')
  .refine((value) => value.status !== undefined || (value.body ?? value.retryAfterSeconds) === undefined, {
    message: 'body and retryAfterSeconds need status',
  });

const faultPlan = z.strictObject({
  seed: z.number().int().default(0),
  rules: z.array(
    z.strictObject({ when: condition.default({}), times: z.number().int().min(1).optional(), fault }),
  ),
});

/** Ordered rules; the first that fits a request acts on it. */
export type FaultPlan = z.input<typeof faultPlan>;
export type CheckedFaultPlan = z.output<typeof faultPlan>;
export type FaultRule = CheckedFaultPlan['rules'][number];
export type Fault = z.output<typeof fault>;

/**
 * Reads a fault plan from JSON or YAML text; `origin` names it in errors.
 *
 * @throws ConfigError CONFIG_INVALID when the text or the plan is wrong
 */
export function parseFaultPlan(text: string, origin: string): CheckedFaultPlan {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    const [reason = ''] = String(cause).split('\n');
    throw new ConfigError('CONFIG_INVALID', `Cannot read the fault plan ${origin}: ${reason}`, { cause });
  }
  return checkFaultPlan(value, origin);
}

/** @throws ConfigError CONFIG_INVALID when the plan is wrong */
export function checkFaultPlan(value: unknown, origin: string): CheckedFaultPlan {
  const checked = faultPlan.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? 'top level' : issue.path.join('.');
  throw new ConfigError(
    'CONFIG_INVALID',
    `Wrong fault plan ${origin}: ${at}: ${issue?.message ?? 'invalid'}`,
  );
}
