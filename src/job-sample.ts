import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { GesClient } from './client/ges-client.js';
import { secretName } from './client/hide-secrets.js';
import { isSameRecord, MAX_MARK_TEXT } from './decode/reference/record-mark.js';
import type { PageError } from './errors.js';
import type { OpenJob } from './job-source.js';
import { canonicalJson, JsonObject, type JsonValue } from './json-value.js';
import type { DecodedBody, Page, RecordList, RecordMarks, TablePlan, Window } from './model.js';
import { checkAnswer, resultChanged } from './pager/check-answer.js';
import { PageSize } from './pager/page-size.js';
import { fetchSome, fillWindow } from './pager/read-pages.js';
import { MAYBE_NO_ROW_SHAPES } from './tables/detect-shape.js';
import { type GraphSchema, readGraphSchema } from './tables/graph-schema.js';
import type { ListSample } from './tables/plan-columns.js';
import { type PlanOptions, planTables } from './tables/plan-tables.js';

/** The samples: how many windows over the whole range, and how many records in each. */
const SAMPLE_WINDOWS = 16;
const SAMPLE_RECORDS = 100;
/** A result of up to this many records is its own sample. */
const WHOLE_SAMPLE_RECORDS = 1000;
/** After so many records of samples other work gets its turn. */
const RECORDS_PER_TURN = 400;
/** Samples are held as values, which take many times their text: of longer answers only the first records are. */
const MAX_SAMPLE_BYTES = 32 * 1024 * 1024;

/** How many samples are asked for together, as far as there are connections. */
const SAMPLES_AT_ONCE = 8;
/** Where records are wide, samples are read one by one: they need not fit in memory together. */
const LARGE_SAMPLE_BYTES = 4 * 1024 * 1024;

export interface JobSample {
  /** Mean length of a record's JSON text, in bytes; 0 without any. */
  readonly recordBytes: number;
  readonly lists: readonly ListSample[];
  /** Whether `lists` hold all records that were read: they were not too long for that. */
  readonly isHeld: boolean;
  /** The records of a paged result that were read, by their offset. */
  readonly records: SampledRecords;
}

/** What tells a record from others; null where nothing was kept of it. */
type SampledRecords = Map<number, () => RecordMarks | null>;

/** What an export tells its result from others by. */
export interface FirstSample extends JobSample {
  /** SHA-256 over some records of each sample, independent of white space and of the order of members. */
  readonly fingerprint: string;
}

/**
 * Reads the first records, some in the middle and the last ones.
 *
 * @throws whatever reading a window throws
 */
export async function sampleJob(job: OpenJob, pageSize: number, signal: AbortSignal): Promise<FirstSample> {
  const size = Math.min(SAMPLE_RECORDS, pageSize);
  const windows = job.isPaged ? firstWindows(job.total, size) : [WHOLE];
  const fingerprint = createHash('sha256');
  const records: SampledRecords = new Map();
  const lists = await sampleLists(job, windows, size, signal, ({ window, answers }) => {
    addRecords(fingerprint, answers, job.primary, size);
    if (job.isPaged) addRecordsOf(records, window.offset, answers);
  });
  return { ...lists, records, fingerprint: fingerprint.digest('hex') };
}

/**
 * Reads samples over the whole result. Of long records only those are remembered that an earlier sample has, and those
 * at the ends of the answers: to do so with all of them would take as long as to plan the tables.
 *
 * @throws whatever reading a window throws
 */
export async function sampleEverywhere(
  job: OpenJob,
  earlier: JobSample | undefined,
  pageSize: number,
  signal: AbortSignal,
): Promise<JobSample> {
  const size = Math.min(SAMPLE_RECORDS, pageSize);
  const windows = job.isPaged ? spreadWindows(job.total, size) : [WHOLE];
  const records: SampledRecords = new Map();
  const lists = await sampleLists(job, windows, size, signal, ({ window, answers }) => {
    if (job.isPaged)
      addRecordsOf(records, window.offset, answers, (offset) => earlier?.records.has(offset) === true);
  });
  return { ...lists, records };
}

/**
 * SHA-256 over the records of a sample by their lists, whatever answers they came in; undefined where not all of them
 * are held.
 */
export async function digestOf({ isHeld, lists }: JobSample): Promise<string | undefined> {
  if (!isHeld) return undefined;
  const hash = createHash('sha256');
  const filled = lists.filter(({ records }) => records.length > 0);
  for (const { key, records } of filled.toSorted((one, other) => (one.key < other.key ? -1 : 1))) {
    hash.update(`${JSON.stringify(key)}\n`);
    for (const [index, record] of records.entries()) {
      if (index % RECORDS_PER_TURN === 0) await setImmediate();
      hash.update(`${canonicalJson(record)}\n`);
    }
  }
  return hash.digest('hex');
}

async function sampleLists(
  job: OpenJob,
  windows: readonly Window[],
  size: number,
  signal: AbortSignal,
  look?: (sample: Sample) => void,
): Promise<Omit<JobSample, 'records'>> {
  const samples = new Map<string, ListSoFar>();
  const isWhole = !job.isPaged || (job.total !== null && job.total <= WHOLE_SAMPLE_RECORDS);
  let isHeld = true;
  let bytes = 0;
  let count = 0;
  for await (const sample of readSamples(job, windows, size, signal)) {
    // Samples come together: other work gets its turn between them.
    await setImmediate();
    look?.(sample);
    for (const { body } of sample.answers) {
      const share = Math.min(1, Math.max(0, MAX_SAMPLE_BYTES - bytes) / body.bytes);
      if (share < 1) isHeld = false;
      bytes += body.bytes;
      for (const list of body.lists) {
        count += list.count;
        const known = samples.get(list.key) ?? { records: [], members: undefined, splitsGroups: false };
        takeFirst(list, Math.ceil(list.count * share), known.records);
        if (list.members !== undefined) known.members = new Set([...(known.members ?? []), ...list.members]);
        known.splitsGroups ||= list.splitsGroups === true;
        samples.set(list.key, known);
      }
      body.release();
    }
  }
  return {
    isHeld,
    recordBytes: bytes / Math.max(1, count),
    lists: [...samples].map(([key, { records, members, splitsGroups }]) => ({
      key,
      records,
      isWhole: isWhole && isHeld,
      members: members === undefined ? undefined : [...members],
      splitsGroups,
    })),
  };
}

/** @param isWanted whether a long record that is not at an end of its answer is needed; else all are */
function addRecordsOf(
  records: SampledRecords,
  from: number,
  answers: Sample['answers'],
  isWanted: (offset: number) => boolean = () => true,
): void {
  let offset = from;
  for (const { body, count, marks } of answers) {
    const first = offset;
    const areShort = body.bytes <= count * MAX_MARK_TEXT;
    const isEnd = (index: number) => index === 0 || index === count - 1;
    const marksAt = marks?.keep((index) => areShort || isEnd(index) || isWanted(first + index));
    for (let index = 0; marksAt !== undefined && index < count; index++)
      records.set(first + index, () => marksAt(index));
    offset += count;
  }
}

/**
 * The sample that tables are planned from, with what an earlier one showed: both must come again.
 *
 * @throws PageError `TOTAL_CHANGED` where they contradict each other
 */
export function bothSamples(earlier: JobSample, planned: JobSample): JobSample {
  for (const [offset, marks] of earlier.records) {
    if (areSame(marks(), planned.records.get(offset)?.() ?? null)) continue;
    throw otherRecord({ offset, limit: 1 }, offset);
  }
  return { ...planned, records: new Map([...planned.records, ...earlier.records]) };
}

/** Also where of one of them nothing was kept. */
function areSame(one: RecordMarks | null, other: RecordMarks | null): boolean {
  if (one === null || other === null) return true;
  return one.size === other.size && [...one].every(([list, mark]) => isSameIn(other, list, mark));
}

function isSameIn(marks: RecordMarks, list: string, mark: string): boolean {
  const same = marks.get(list);
  return same !== undefined && isSameRecord(mark, same);
}

function otherRecord(window: Window, offset: number): PageError {
  return resultChanged(window, `Record ${offset} is not the one that was read there before`);
}

/** Compares pages with what the samples showed at their offsets. */
export class SampleGuard {
  /** The offsets of the sampled records, ascending. */
  readonly watched: readonly number[];
  readonly #sample: JobSample;
  #next = 0;

  constructor(sample: JobSample) {
    this.#sample = sample;
    this.watched = [...sample.records.keys()].sort((one, other) => one - other);
  }

  /**
   * Must see the pages in offset order, and before their memory is given back.
   *
   * @throws PageError `TOTAL_CHANGED` where a record is not the one that was read before
   */
  check({ window, answers }: Page<DecodedBody>): void {
    let offset = window.offset;
    for (const { count, marks } of answers) {
      for (; (this.watched[this.#next] ?? Number.POSITIVE_INFINITY) < offset + count; this.#next++) {
        const sampled = this.watched[this.#next] as number;
        const seen = sampled < offset ? undefined : marks?.at(sampled - offset);
        if (areSame(this.#sample.records.get(sampled)?.() ?? null, seen ?? null)) continue;
        throw otherRecord({ offset, limit: count }, sampled);
      }
      offset += count;
    }
  }

  /**
   * Compares the end of a result with the samples: what they showed must have come again.
   *
   * @param end how many records were read, from the beginning of the result on
   * @param tables with their rows so far
   * @throws PageError `TOTAL_CHANGED` where a sample showed a record behind the end, or a list that no page has
   */
  checkEnd(end: number, tables: readonly { readonly plan: TablePlan; readonly rows: number }[]): void {
    const window: Window = { offset: 0, limit: end };
    const behind = this.watched.at(-1) ?? -1;
    if (behind >= end) throw resultChanged(window, `Record ${behind} was there before, and is not any more`);
    for (const { plan, rows } of tables) {
      const { lists } = this.#sample;
      const wasThere = lists.some(({ key, records }) => key === plan.list && records.length > 0);
      if (!wasThere || rows > 0 || MAYBE_NO_ROW_SHAPES.has(plan.shape)) continue;
      throw resultChanged(window, `The list "${plan.list}" had records before, and has none on any page`);
    }
  }
}

type Sample = Pick<Page<DecodedBody>, 'window' | 'answers'>;

interface ListSoFar {
  readonly records: JsonValue[];
  members: ReadonlySet<string> | undefined;
  splitsGroups: boolean;
}

/** Appends the first records of a list to others. */
function takeFirst(list: RecordList, count: number, records: JsonValue[]): void {
  let left = count;
  for (const batch of list.batches()) {
    if (left <= 0) return;
    for (const record of batch.slice(0, left)) records.push(record);
    left -= batch.length;
  }
}

/** What is not paged comes in one answer. */
const WHOLE: Window = { offset: 0, limit: Number.MAX_SAFE_INTEGER };

/** Beginning, middle and end, so that a job that ran again under its id is noticed. */
function firstWindows(total: number | null, size: number): readonly Window[] {
  if (total === null || total <= size) return [{ offset: 0, limit: leastLimit(total, size) }];
  const offsets = [0, Math.floor((total - size) / 2), total - size];
  return [...new Set(offsets)].map((offset) => ({ offset, limit: size }));
}

function spreadWindows(total: number | null, size: number): readonly Window[] {
  if (total === null || total <= size) return [{ offset: 0, limit: leastLimit(total, WHOLE_SAMPLE_RECORDS) }];
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

/** For a result that one request can give, even when it is empty. */
function leastLimit(total: number | null, most: number): number {
  return Math.max(1, total ?? most);
}

/** The samples in their order. */
async function* readSamples(
  job: OpenJob,
  windows: readonly Window[],
  size: number,
  signal: AbortSignal,
): AsyncGenerator<Sample> {
  const isLarge = (job.firstBytes ?? 0) * size > LARGE_SAMPLE_BYTES;
  const limit = pLimit(isLarge ? 1 : SAMPLES_AT_ONCE);
  const leaving = new AbortController();
  const abort = AbortSignal.any([signal, leaving.signal]);
  const reading = windows.map((window) => limit(() => readSample(job, window, abort)));
  const ended = Promise.allSettled(reading);
  try {
    for (const sample of reading) yield await sample;
  } finally {
    leaving.abort();
    await ended;
  }
}

async function readSample(job: OpenJob, window: Window, signal: AbortSignal): Promise<Sample> {
  const fetch = (asked: Window) => job.fetchPage(asked, signal);
  if (job.isPaged && job.total !== null && job.total > 0) return await fillWindow(window, job.total, fetch);
  const { asked, answer } = await fetchSome(window, window, fetch, new PageSize());
  if (job.isPaged) checkAnswer(answer, asked, job.total);
  return { window, answers: [answer] };
}

function addRecords(
  hash: ReturnType<typeof createHash>,
  answers: Sample['answers'],
  primary: string | null,
  size: number,
): void {
  let left = size;
  for (const { body } of answers) {
    const list = body.lists.find((candidate) => candidate.key === primary);
    if (list === undefined) continue;
    for (const batch of list.batches()) {
      if (left <= 0) break;
      for (const record of batch) {
        if (left-- > 0) hash.update(`${canonicalJson(record)}\n`);
      }
    }
  }
}

/**
 * Plans the tables of a job from samples over its whole result and from the graph's schema.
 *
 * @param first a sample of the first records, where it has been read already: what it needs is asked for at once
 * @throws PageError `PAGE_INVALID` for a column whose name holds a secret
 */
export async function planJob(
  client: GesClient,
  job: OpenJob,
  first: JobSample | undefined,
  options: PlanOptions & { readonly pageSize: number },
  signal: AbortSignal,
): Promise<{ readonly plans: readonly TablePlan[]; readonly sample: JobSample }> {
  const [sample, early] = await Promise.all([
    sampleEverywhere(job, first, options.pageSize, signal),
    first !== undefined && needsSchema(first) ? readSchema(client, signal) : undefined,
  ]);
  const isMissing = early === undefined && needsSchema(sample);
  const schema = isMissing ? await readSchema(client, signal) : (early ?? null);
  // No record: what stands beside an empty list that was left out is no row.
  const scalars = job.total === 0 ? new JsonObject([], []) : job.scalars;
  await setImmediate();
  const plans = planTables(sample.lists, scalars, schema, options);
  checkNames(plans, client.clean);
  return { plans, sample };
}

/** Names of columns come to manifest, checkpoint and messages. @throws PageError `PAGE_INVALID` */
function checkNames(plans: readonly TablePlan[], clean: GesClient['clean']): void {
  for (const { name: table, columns } of plans) {
    const secret = columns.find(({ name }) => clean(name) !== name);
    if (secret !== undefined) throw secretName(`table "${table}" a column "${clean(secret.name)}"`);
  }
}

/** @returns null where the server gives no schema */
async function readSchema(client: GesClient, signal: AbortSignal): Promise<GraphSchema | null> {
  const labels = (await client.readSchema(signal))?.lists.find((list) => list.key === 'schema');
  return labels === undefined ? null : readGraphSchema([...labels.batches()].flat());
}

function needsSchema({ lists }: JobSample): boolean {
  return lists.some(({ key, records }) =>
    records.length === 0 ? key === 'vertices' || key === 'edges' : records.some(hasProperties),
  );
}

function hasProperties(record: JsonValue): boolean {
  return record instanceof JsonObject && record.get('properties') instanceof JsonObject;
}
