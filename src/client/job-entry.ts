import { PageError } from '../errors.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue, stringifyJson } from '../json-value.js';
import type { Column, ColumnType } from '../model.js';
import { isNoError } from './envelope.js';
import { readJobStatus } from './job-status.js';

/**
 * An entry of the job list as a row, the same for both editions (ges_03_0204, ges_03_0471); what an edition does not
 * say is null. `state` is `status` in one vocabulary (`JobStatus`); times are text as the server wrote them; the
 * request is `rawRequest` in the memory edition, `request` in the database edition.
 */
export const JOB_COLUMNS: readonly Column[] = columns({
  jobId: 'string',
  status: 'string',
  state: 'string',
  taskType: 'string',
  algorithm: 'string',
  canStop: 'boolean',
  progress: 'int64',
  startTime: 'string',
  endTime: 'string',
  failReason: 'string',
  rawRequest: 'string',
  request: 'json',
  files: 'json',
});

function columns(types: Readonly<Record<string, ColumnType>>): Column[] {
  return Object.entries(types).map(([name, type]) => ({ name, type, nullable: true }));
}

/** Wire members that are read into a column of another name. */
const RENAMED: ReadonlySet<string> = new Set(['job_id']);

/**
 * One entry with the members of `JOB_COLUMNS`; members that no page names follow as they came.
 *
 * @throws PageError `PAGE_INVALID` when the entry is no object
 */
export function readJobEntry(entry: JsonValue): JsonObject {
  if (!(entry instanceof JsonObject)) {
    throw new PageError(
      'PAGE_INVALID',
      `The job list holds what is no job: ${stringifyJson(entry).slice(0, 100)}`,
      { retryable: false },
    );
  }
  const status = text(entry.get('status'));
  const rawRequest = text(entry.get('rawRequest'));
  const request = entry.get('request') ?? null;
  const known: Readonly<Record<string, JsonValue>> = {
    jobId: text(entry.get('jobId')) ?? text(entry.get('job_id')),
    status,
    state: readJobStatus(typeof status === 'string' ? status : null, hasFailed(entry)),
    taskType: text(entry.get('taskType')) ?? memberText(request, 'command'),
    algorithm: algorithmOf(rawRequest, request),
    canStop: flag(entry.get('canStop')),
    progress: percent(entry.get('progress')),
    startTime: text(entry.get('startTime')),
    endTime: text(entry.get('endTime')),
    failReason: text(entry.get('failReason')),
    rawRequest,
    request,
    files: entry.get('files') ?? null,
  };
  const others = entry.keys.filter((key) => !Object.hasOwn(known, key) && !RENAMED.has(key));
  return new JsonObject(
    [...Object.keys(known), ...others],
    [...Object.values(known), ...others.map((key) => entry.get(key) ?? null)],
  );
}

/** What a list may say of an entry beside its status, as the answers for one job do (ges_03_0446). */
function hasFailed(entry: JsonObject): boolean {
  const result = entry.get('result');
  const isFailed = typeof result === 'string' && result.toLowerCase() === 'failed';
  const code = text(entry.get('errorCode'));
  return isFailed || (code !== null && !isNoError(code));
}

/** A text, or a number as its digits ("date string or timestamp"); empty and absent are null; all else as it came. */
function text(value: JsonValue | undefined): JsonValue {
  if (value === undefined || value === '') return null;
  return value instanceof JsonNumber ? value.text : value;
}

/** Declared as an integer, shown as `"100"` (ges_03_0204). */
function percent(value: JsonValue | undefined): JsonValue {
  if (typeof value === 'string' && /^\s*\d+\s*$/.test(value)) return new JsonNumber(String(Number(value)));
  return value === '' ? null : (value ?? null);
}

function flag(value: JsonValue | undefined): JsonValue {
  if (value === 'true' || value === 'false') return value === 'true';
  return value === '' ? null : (value ?? null);
}

function memberText(source: JsonValue | undefined, name: string): JsonValue {
  return source instanceof JsonObject ? text(source.get(name)) : null;
}

/** From `algorithmName` in the request body: `rawRequest` is its text, `request.body` the body itself. */
function algorithmOf(rawRequest: JsonValue, request: JsonValue): JsonValue {
  const inBody = memberText(request instanceof JsonObject ? request.get('body') : undefined, 'algorithmName');
  if (inBody !== null || typeof rawRequest !== 'string') return inBody;
  const match = /"algorithmName"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(rawRequest);
  return match?.[1] === undefined ? null : unquote(match[1]);
}

/** The text is the user's own, broken escapes included. */
function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

/** A file of an import job: what was read of it (ges_03_0204). Counts as the server wrote them, null where it does not. */
export interface ImportFile {
  /** `edge`, `vertex` or `schema`; another word as it came. */
  readonly kind: string;
  readonly fileName: string;
  readonly status: string;
  /** Lines of data, labels of a schema. */
  readonly unit: 'lines' | 'labels';
  readonly total: string | null;
  readonly successful: string | null;
  readonly failed: string | null;
  /** ISO 8601 from epoch microseconds; another form as it came. */
  readonly startTime: string | null;
  readonly endTime: string | null;
}

/** `files`: an array of objects with one key each, or one object with all of them (declared so, shown otherwise). */
export function readImportFiles(files: JsonValue | undefined): ImportFile[] {
  const groups = isJsonArray(files) ? files : [files];
  return groups.flatMap((group) =>
    group instanceof JsonObject
      ? group.keys.flatMap((key, index) => {
          const list = group.values[index];
          return (isJsonArray(list) ? list : [list]).flatMap((file) =>
            file instanceof JsonObject ? [readImportFile(key.replace(/Files$/, ''), file)] : [],
          );
        })
      : [],
  );
}

function readImportFile(kind: string, file: JsonObject): ImportFile {
  const plain = (name: string) => {
    const value = text(file.get(name));
    return value === null ? null : typeof value === 'string' ? value : stringifyJson(value);
  };
  const unit = file.get('totalLabels') === undefined ? 'lines' : 'labels';
  const suffix = unit === 'lines' ? 'Lines' : 'Labels';
  return {
    kind,
    fileName: plain('fileName') ?? '',
    status: plain('status') ?? '',
    unit,
    total: plain(`total${suffix}`),
    successful: plain(`successful${suffix}`),
    failed: plain(`failed${suffix}`),
    startTime: timeOf(plain('startTime')),
    endTime: timeOf(plain('endTime')),
  };
}

function timeOf(written: string | null): string | null {
  if (written === null || !/^\d{16}$/.test(written)) return written;
  return new Date(Number(written) / 1000).toISOString();
}
