import { createHash } from 'node:crypto';
import type { GesClient, JobAnswer } from './client/ges-client.js';
import type { JobStatus } from './client/job-status.js';
import { waitFor } from './client/retry.js';
import { JobError, PageError } from './errors.js';
import { canonicalJson, JsonObject, type JsonValue } from './json-value.js';
import type { Answer, DecodedBody, TablePlan, Window } from './model.js';
import { fillWindow } from './pager/read-pages.js';
import { readGraphSchema } from './tables/graph-schema.js';
import {
  isResultList,
  isWholeListRecord,
  type PlanOptions,
  planTables,
  primaryList,
  readScalars,
} from './tables/plan-tables.js';

/** A finished job, as its first answer shows it. */
export interface OpenJob {
  readonly id: string;
  readonly status: JobStatus;
  /** The status as the server wrote it. */
  readonly statusWord: string;
  /** `data_total_size`, or the one record of an answer that is not paged; null where only the walk will tell. */
  readonly total: number | null;
  /** False for a result that comes whole in one answer, such as the six one-value algorithms (ges_03_0076). */
  readonly isPaged: boolean;
  /** The list that `offset` and `limit` count; null for a job without any. */
  readonly primary: string | null;
  readonly scalars: JsonObject;
  /** Reads one window, and counts the records in it. */
  readonly fetchPage: (window: Window, signal: AbortSignal) => Promise<Answer<DecodedBody>>;
}

export interface WaitOptions {
  /** How long to wait for the job to finish; 0: not at all. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStatus?: ((statusWord: string) => void) | undefined;
}

const FIRST_POLL_MS = 500;
const MAX_POLL_MS = 10_000;

/**
 * Opens a job: waits for its end if asked to, and learns from one small answer what kind of result it has.
 *
 * @throws JobError `JOB_NOT_READY`, `JOB_FAILED`, `JOB_NOT_FOUND`
 */
export async function openJob(client: GesClient, jobId: string, options: WaitOptions): Promise<OpenJob> {
  const answer = await waitForEnd(client, jobId, options);
  const { envelope, body } = answer;
  const lists = body.lists.filter((list) => isResultList(list.key));
  const scalars = readScalars(body);
  const primary = primaryList(body.lists, envelope.declared);
  const primaryRecords = lists.find((list) => list.key === primary);
  const isOneRecord =
    primaryRecords === undefined || isWholeListRecord(primaryRecords.key, firstRecord(primaryRecords));
  // Asked for one record: a list that gives more without naming a total is not paged at all.
  const isUnpaged = isOneRecord || (envelope.total === null && primaryRecords.count > 1);
  const total = isUnpaged ? countRecords(body, primary, isOneRecord, scalars) : envelope.total;

  return {
    id: jobId,
    status: envelope.status,
    statusWord: envelope.statusWord ?? 'none',
    total,
    isPaged: !isUnpaged,
    primary,
    scalars,
    fetchPage: isUnpaged ? async () => wholeAnswer(body, total ?? 0) : fetchPage,
  };

  async function fetchPage(window: Window, signal: AbortSignal): Promise<Answer<DecodedBody>> {
    const page = await client.readJob(jobId, window, signal);
    const list = page.body.lists.find((candidate) => candidate.key === primary);
    return {
      offset: page.envelope.offset,
      declared: page.envelope.declared,
      total: page.envelope.total,
      count: list?.count ?? 0,
      bytes: page.body.bytes,
      digest: (from, to) => list?.digest(from, to) ?? '',
      body: page.body,
    };
  }
}

/** A result that is not paged came whole with the first answer; it is not asked for again, and stays in memory. */
function wholeAnswer(body: DecodedBody, count: number): Answer<DecodedBody> {
  const whole = { ...body, release: () => {} };
  return {
    offset: null,
    declared: null,
    total: count,
    count,
    bytes: body.bytes,
    digest: () => '',
    body: whole,
  };
}

async function waitForEnd(client: GesClient, jobId: string, options: WaitOptions): Promise<JobAnswer> {
  const deadline = Date.now() + options.waitMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, MAX_POLL_MS)) {
    const answer = await client.readJob(jobId, { offset: 0, limit: 1 }, options.signal);
    const { status, statusWord, hasData } = answer.envelope;
    const hasEnded =
      status === 'done' ||
      status === 'partial' ||
      (status === 'unknown' && (hasData || answer.body.lists.length > 0));
    if (hasEnded) return answer;
    options.onStatus?.(statusWord ?? 'none');
    const left = deadline - Date.now();
    if (left <= 0) {
      const hint =
        options.waitMs > 0 ? `after ${Math.round(options.waitMs / 1000)} s of waiting` : 'and --wait is 0';
      throw new JobError(
        'JOB_NOT_READY',
        `Job "${jobId}" has not finished: its status is "${statusWord ?? 'none'}", ${hint}`,
        {
          retryable: true,
        },
      );
    }
    await waitFor(Math.min(pollMs, left), options.signal);
  }
}

function countRecords(
  body: DecodedBody,
  primary: string | null,
  isOneRecord: boolean,
  scalars: JsonObject,
): number {
  const list = body.lists.find((candidate) => candidate.key === primary);
  if (!isOneRecord) return list?.count ?? 0;
  return (list === undefined ? scalars.keys.length : list.count) > 0 ? 1 : 0;
}

function firstRecord(list: DecodedBody['lists'][number]): JsonValue | undefined {
  for (const batch of list.batches()) return batch[0];
  return undefined;
}

/** The samples: how many windows over the whole range, and how many records in each. */
const SAMPLE_WINDOWS = 16;
const SAMPLE_RECORDS = 100;
/** A result of up to this many records is its own sample. */
const WHOLE_SAMPLE_RECORDS = 1000;

export interface JobSample {
  /** Mean length of a record's JSON text, in bytes; 0 without any. */
  readonly recordBytes: number;
  /** SHA-256 over the first records, independent of white space and of the order of members. */
  readonly fingerprint: string;
  readonly lists: readonly {
    readonly key: string;
    readonly records: readonly JsonValue[];
    readonly isWhole: boolean;
  }[];
}

/**
 * Reads the first records for the fingerprint and, with `spread`, samples over the whole result.
 *
 * @throws whatever reading a window throws
 */
export async function sampleJob(
  job: OpenJob,
  spread: boolean,
  pageSize: number,
  signal: AbortSignal,
): Promise<JobSample> {
  const records = new Map<string, JsonValue[]>();
  const size = Math.min(SAMPLE_RECORDS, pageSize);
  const isWhole = !job.isPaged || (job.total !== null && job.total <= WHOLE_SAMPLE_RECORDS);
  const windows = job.isPaged
    ? sampleWindows(job.total, size, spread)
    : [{ offset: 0, limit: Number.MAX_SAFE_INTEGER }];
  let fingerprint = '';
  let bytes = 0;
  let count = 0;
  for (const window of windows) {
    const bodies = await readSample(job, window, signal);
    if (fingerprint === '') fingerprint = fingerprintOf(bodies, job, size);
    for (const body of bodies) {
      bytes += body.bytes;
      for (const list of body.lists) {
        count += list.count;
        const known = records.get(list.key) ?? [];
        for (const batch of list.batches()) known.push(...batch);
        records.set(list.key, known);
      }
      body.release();
    }
  }
  return {
    recordBytes: bytes / Math.max(1, count),
    fingerprint,
    lists: [...records].map(([key, found]) => ({ key, records: found, isWhole })),
  };
}

function sampleWindows(total: number | null, size: number, spread: boolean): readonly Window[] {
  if (total === null) return [{ offset: 0, limit: spread ? WHOLE_SAMPLE_RECORDS : size }];
  if (total === 0) return [{ offset: 0, limit: 1 }];
  if (!spread || total <= size) return [{ offset: 0, limit: Math.min(total, size) }];
  if (total <= WHOLE_SAMPLE_RECORDS) {
    return [
      { offset: 0, limit: size },
      { offset: size, limit: total - size },
    ];
  }
  return Array.from({ length: SAMPLE_WINDOWS }, (_, index) => ({
    offset: Math.floor((index * (total - size)) / (SAMPLE_WINDOWS - 1)),
    limit: size,
  }));
}

async function readSample(
  job: OpenJob,
  window: Window,
  signal: AbortSignal,
): Promise<readonly DecodedBody[]> {
  if (!job.isPaged || job.total === null || job.total === 0)
    return [(await job.fetchPage(window, signal)).body];
  const page = await fillWindow(window, job.total, (asked) => job.fetchPage(asked, signal));
  return page.answers.map((answer) => answer.body);
}

function fingerprintOf(bodies: readonly DecodedBody[], job: OpenJob, size: number): string {
  const hash = createHash('sha256');
  let left = size;
  for (const body of bodies) {
    const list = body.lists.find((candidate) => candidate.key === job.primary);
    if (list === undefined) continue;
    for (const batch of list.batches()) {
      for (const record of batch) {
        if (left-- > 0) hash.update(`${canonicalJson(record)}\n`);
      }
    }
  }
  return hash.digest('hex');
}

/** Plans the tables of a job from samples over its whole result and from the graph's schema. */
export async function planJob(
  client: GesClient,
  job: OpenJob,
  sample: JobSample,
  options: PlanOptions,
  signal: AbortSignal,
): Promise<readonly TablePlan[]> {
  const needsSchema = sample.lists.some(({ key, records }) =>
    records.length === 0 ? key === 'vertices' || key === 'edges' : records.some(hasProperties),
  );
  const schemaBody = needsSchema ? await client.readSchema(signal) : null;
  const labels = schemaBody?.lists.find((list) => list.key === 'schema');
  const schema = labels === undefined ? null : readGraphSchema([...labels.batches()].flat());
  return planTables(sample.lists, job.scalars, schema, options);
}

function hasProperties(record: JsonValue): boolean {
  return record instanceof JsonObject && record.get('properties') instanceof JsonObject;
}

/**
 * The records of one answer that feed one table.
 *
 * @throws PageError `PAGE_INVALID` when the answer holds a list that no table was planned for
 */
export function* recordsFor(plan: TablePlan, body: DecodedBody): Generator<readonly JsonValue[]> {
  if (plan.feed === 'scalars') {
    yield [readScalars(body)];
    return;
  }
  for (const list of body.lists) {
    if (list.key !== plan.list) continue;
    if (plan.feed === 'whole-list') {
      if (list.count > 0) yield [[...list.batches()].flat()];
    } else yield* list.batches();
  }
}

/** Nothing in an answer may be left behind because the samples did not show it. */
export function checkLists(plans: readonly TablePlan[], body: DecodedBody, offset: number): void {
  const isPlanned = (key: string) => plans.some((plan) => plan.list === key);
  const seen = new Set<string>();
  for (const list of body.lists) {
    const problem = seen.has(list.key) ? 'twice' : 'which the first pages did not have';
    if (!isResultList(list.key) || list.count === 0 || (isPlanned(list.key) && !seen.has(list.key))) {
      seen.add(list.key);
      continue;
    }
    throw new PageError(
      'PAGE_INVALID',
      `The page at offset ${offset} holds the list "${list.key}", ${problem}`,
      {
        retryable: false,
      },
    );
  }
}
