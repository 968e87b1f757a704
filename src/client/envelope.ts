import { z } from 'zod';
import { PageError } from '../errors.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue } from '../json-value.js';
import { type JobStatus, readJobStatus } from './job-status.js';

/** Sizes, offsets and progress come as numbers or as numeric strings (`"progress":"100"`, ges_03_0204). */
const count = z
  .union([z.string(), z.number()])
  .transform((value) =>
    typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value),
  )
  .refine((value) => Number.isSafeInteger(value) && value >= 0, 'is not a whole number')
  .nullish()
  .transform((value) => value ?? null);

/** Words and messages of a server are shown to people and matched with patterns: what is longer is cut. */
const MAX_TEXT_CHARS = 1000;

const text = z
  .union([z.string(), z.number()])
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
  /** Whether `result` says `failed`. */
  readonly hasFailed: boolean;
  /** Whether `data` holds anything but an empty `outputs`. */
  readonly hasData: boolean;
  readonly offset: number | null;
  readonly declared: number | null;
  readonly total: number | null;
}

/**
 * Reads the envelope of an answer. Errors are looked for in every form that the documents show: service plane
 * (`errorCode`), gateway and management plane (`error_code`, ges_03_0138), task centre (`errCode`), IAM and
 * other services (`{error: {code, message}}`), Cypher (`errors[]`, ges_03_0336; its first one is handed in).
 *
 * @param listed the first of `errors[]`, which is a list and so no part of `root`
 * The paging fields stand in `data.outputs` in every example and in `data` in table 3; both are read, and the top
 * level too, for a result that stands there.
 *
 * @throws PageError `PAGE_INVALID` when a field has an impossible value
 */
export function readEnvelope(root: JsonObject, listed?: JsonObject): Envelope {
  const data = root.get('data');
  const outputs = data instanceof JsonObject ? data.get('outputs') : undefined;
  const nested = root.keys.length === 1 ? root.values[0] : root.get('error');
  const errorSource = listed ?? (nested instanceof JsonObject && nested !== data ? nested : root);
  const paging = (name: string) =>
    plain(
      (outputs instanceof JsonObject ? outputs.get(name) : undefined) ??
        (data instanceof JsonObject ? data.get(name) : undefined) ??
        root.get(name),
    );
  const parsed = envelopeSchema.safeParse({
    status: plain(root.get('status')),
    result: plain(root.get('result')),
    errorCode: firstOf(errorSource, ['errorCode', 'error_code', 'errCode', 'code']),
    errorMessage: firstOf(errorSource, ['errorMessage', 'error_msg', 'externalMessage', 'message']),
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
  const { status, result, errorCode, errorMessage } = parsed.data;
  const hasFailed = /^(failed|fail|error)$/i.test(result?.trim() ?? '');
  return {
    statusWord: status,
    status: readJobStatus(status, hasFailed || errorCode !== null),
    errorCode,
    errorMessage,
    hasFailed,
    hasData: data instanceof JsonObject && data.values.some((value) => value !== outputs || !isEmpty(value)),
    offset: parsed.data.data_offset,
    declared: parsed.data.data_return_size,
    total: parsed.data.data_total_size,
  };
}

function isEmpty(value: JsonValue): boolean {
  return value === null || (value instanceof JsonObject && value.keys.length === 0);
}

function firstOf(source: JsonObject, names: readonly string[]): unknown {
  for (const name of names) {
    const value = plain(source.get(name));
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

/** A scalar as zod sees it; a number keeps its digits as text. */
function plain(value: JsonValue | undefined): unknown {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof JsonObject || isJsonArray(value)) return { unexpected: 'not a scalar' };
  return value;
}
