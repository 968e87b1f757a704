import { z } from 'zod';
import { PageError } from '../errors.js';
import { canonicalJson, isJsonArray, JsonNumber, JsonObject, type JsonValue } from '../json-value.js';
import { type JobStatus, readJobStatus } from './job-status.js';

/** Sizes, offsets and progress come as numbers or as numeric strings (`"progress":"100"`, ges_03_0204). */
const count = z
  .union([z.string(), z.number()], 'is not a whole number')
  .transform((value) =>
    typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value),
  )
  .refine((value) => Number.isSafeInteger(value) && value >= 0, 'is not a whole number')
  .nullish()
  .transform((value) => value ?? null);

/** Words and messages of a server are shown to people and matched with patterns: what is longer is cut. */
const MAX_TEXT_CHARS = 1000;

const text = z
  .union([z.string(), z.number()], 'is no text')
  .nullish()
  .transform((value) =>
    value === null || value === undefined || value === '' ? null : String(value).slice(0, MAX_TEXT_CHARS),
  );

/** What an answer of the service plane says beside its records (ges_03_0037, tables 2 and 3). */
const envelopeSchema = z.object({
  status: text,
  result: text,
  errorCode: text,
  errorMessage: text,
  jobId: text,
  data_offset: count,
  data_return_size: count,
  data_total_size: count,
});

export interface Envelope {
  /** `status` as written. */
  readonly statusWord: string | null;
  readonly status: JobStatus;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** The job that the answer says it is about; no page shows that it does. */
  readonly jobId: string | null;
  /** Whether `result` says `failed`. */
  readonly hasFailed: boolean;
  /** Whether `data` holds anything but an empty `outputs`. */
  readonly hasData: boolean;
  readonly offset: number | null;
  readonly declared: number | null;
  readonly total: number | null;
}

interface EnvelopeOptions {
  /** The first of `errors[]`, which is a list and so no part of the root. */
  readonly listed?: JsonObject | undefined;
  /** Takes out of a text what nobody may see. */
  readonly clean: (text: string) => string;
}

/**
 * Reads the envelope of an answer. Errors are looked for in every form that the documents show: service plane
 * (`errorCode`), gateway and management plane (`error_code`, ges_03_0138), task centre (`errCode`), IAM and
 * other services (`{error: {code, message}}`), Cypher (`errors[]`, ges_03_0336; its first one is handed in).
 *
 * The paging fields stand in `data.outputs` in every example and in `data` in table 3; both are read, and the top
 * level too, for a result that stands there.
 *
 * @throws PageError `PAGE_INVALID` when a field has an impossible value, or two values
 */
export function readEnvelope(root: JsonObject, { listed, clean }: EnvelopeOptions): Envelope {
  const data = root.get('data');
  const outputs = data instanceof JsonObject ? data.get('outputs') : undefined;
  const nested = root.keys.length === 1 ? root.values[0] : root.get('error');
  const errorSource = listed ?? (nested instanceof JsonObject && nested !== data ? nested : root);
  const levels = [outputs, data, root].filter((level) => level instanceof JsonObject);
  for (const level of levels) refuseTwoValues(level);
  const paging = (name: string) => plain(onlyValue(levels, name));
  const word = (value: unknown) => (typeof value === 'string' ? clean(value) : value);
  const code = firstIn([errorSource], ERROR_CODES) ?? firstIn(levels, ['errorCode']);
  const parsed = envelopeSchema.safeParse({
    status: word(plain(root.get('status'))),
    result: word(plain(root.get('result'))),
    // What is in a list or an object of errors is one, whatever its code.
    errorCode: errorSource === root && isNoError(code) ? null : word(code),
    errorMessage: word(firstIn([errorSource], ERROR_MESSAGES) ?? firstIn(levels, ['errorMessage'])),
    jobId: word(firstIn([root, ...levels.filter((level) => level === data)], ['jobId', 'job_id'])),
    data_offset: paging('data_offset'),
    data_return_size: paging('data_return_size'),
    data_total_size: paging('data_total_size'),
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PageError(
      'PAGE_INVALID',
      `The answer's ${issue?.path.join('.') ?? 'envelope'} ${issue?.message ?? 'is wrong'}`,
      {
        retryable: true,
      },
    );
  }
  const { status, result, errorCode, errorMessage, jobId } = parsed.data;
  const hasFailed = /^(failed|fail|error)$/i.test(result?.trim() ?? '');
  return {
    statusWord: status,
    status: readJobStatus(status, hasFailed || errorCode !== null),
    errorCode,
    errorMessage,
    jobId,
    hasFailed,
    hasData: data instanceof JsonObject && data.values.some((value) => value !== outputs || !isEmpty(value)),
    offset: parsed.data.data_offset,
    declared: parsed.data.data_return_size,
    total: parsed.data.data_total_size,
  };
}

/** Every code of the documents has a name (`GES.8301`, ges_03_0110): a plain zero says that there is no error. */
export function isNoError(code: unknown): boolean {
  return typeof code === 'string' && /^\s*0+\s*$/.test(code);
}

function isEmpty(value: JsonValue): boolean {
  return value === null || (value instanceof JsonObject && value.keys.length === 0);
}

const ERROR_CODES = ['errorCode', 'error_code', 'errCode', 'code'];
const ERROR_MESSAGES = ['errorMessage', 'error_msg', 'externalMessage', 'message'];

function firstIn(sources: readonly JsonObject[], names: readonly string[]): unknown {
  for (const source of sources) {
    for (const name of names) {
      const value = plain(source.get(name));
      if (value !== undefined && value !== null && value !== '') return value;
    }
  }
  return undefined;
}

/** Members that decide what an answer is: one that states two values for them has none to rely on. */
const DECIDING: ReadonlySet<string> = new Set([
  ...['status', 'result', 'errorCode', 'data', 'outputs'],
  ...['data_offset', 'data_return_size', 'data_total_size'],
]);

function refuseTwoValues({ keys, values }: JsonObject): void {
  const seen = new Map<string, JsonValue>();
  keys.forEach((key, index) => {
    if (!DECIDING.has(key)) return;
    const value = values[index] as JsonValue;
    const before = seen.get(key);
    if (before !== undefined && canonicalJson(before) !== canonicalJson(value)) throw twoValues(key);
    seen.set(key, value);
  });
}

/** The value of a paging field, which may stand on several levels but must be the same there. */
function onlyValue(levels: readonly JsonObject[], name: string): JsonValue | undefined {
  const stated = levels.map((level) => level.get(name) ?? null).filter((value) => value !== null);
  const numbers = new Set(stated.map((value) => Number(plain(value))));
  if (numbers.size > 1) throw twoValues(name);
  return stated[0];
}

function twoValues(name: string): PageError {
  return new PageError('PAGE_INVALID', `The answer states two values of "${name}"`, { retryable: true });
}

/** A scalar as zod sees it; a number keeps its digits as text. */
function plain(value: JsonValue | undefined): unknown {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof JsonObject || isJsonArray(value)) return { unexpected: 'not a scalar' };
  return value;
}
