import type { DecodeBody, GesClient, JobAnswer } from './client/ges-client.js';
import { hideSecrets } from './client/hide-secrets.js';
import type { JobStatus } from './client/job-status.js';
import { waitFor } from './client/retry.js';
import { JobError, PageError } from './errors.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { createListNames } from './list-names.js';
import type { Answer, DecodedBody, RecordList, TablePlan, Warning, Window } from './model.js';
import { resultChanged } from './pager/check-answer.js';
import { MAX_EMPTY_ANSWERS } from './pager/read-pages.js';
import { readResult } from './read-result.js';
import { findRepeatedLists, isUnclear } from './repeated-lists.js';
import { createResultCounter } from './result-counter.js';
import { firstRecord } from './tables/first-record.js';
import { answersLikeHyg, hygCutMessage } from './tables/hyg-results.js';
import {
  holdsScalarRow,
  isResultList,
  isWholeListRecord,
  primaryList,
  readScalars,
  resultLists,
} from './tables/plan-tables.js';

/** A finished job, as its first answer shows it. */
export interface OpenJob {
  readonly id: string;
  readonly status: JobStatus;
  /** The status as the server wrote it. */
  readonly statusWord: string;
  /** Code and message that stand beside the status of a job that failed in part. */
  readonly reason?: string | undefined;
  /** `data_total_size`, or the one record of an answer that is not paged; null where only the walk will tell. */
  readonly total: number | null;
  /** False for a result that comes whole in one answer, such as the six one-value algorithms (ges_03_0076). */
  readonly isPaged: boolean;
  /** Of a paged result: bytes of the answer that shows its first record. */
  readonly firstBytes?: number;
  /** The list that `offset` and `limit` count; null for a job without any. */
  readonly primary: string | null;
  readonly scalars: JsonObject;
  /** Whether this looks like a result of HyG, which cuts what it answers as JSON (ges_03_0446). */
  readonly isLikeHyg: boolean;
  /** Whether the rows stand in the answers as they are, not to be put together first. */
  readonly isPlain: boolean;
  /** Reads one window, and counts the records in it; with the reference engine unless told otherwise. */
  readonly fetchPage: (
    window: Window,
    signal: AbortSignal,
    decode?: DecodeBody,
  ) => Promise<Answer<DecodedBody>>;
  /** Reads a few records to compare them; their memory is given back at once. */
  readonly probePage: (window: Window, signal: AbortSignal) => Promise<Answer<unknown>>;
  /** The tables, where they are known beforehand and not read from samples. */
  readonly plans?: readonly TablePlan[] | undefined;
  /** What the user should know about the records. */
  readonly warnings?: readonly Warning[] | undefined;
}

export interface WaitOptions {
  /** How long to wait for the job to finish; 0: not at all. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStatus?: ((statusWord: string) => void) | undefined;
}

/** Enough to tell a list that grows from one that does not, also where the server gives fewer than it is asked for. */
const SECOND_RECORDS = 10;

export const FIRST_POLL_MS = 500;
export const MAX_POLL_MS = 10_000;

/**
 * Opens a job: waits for its end if asked to, and learns from one small answer what kind of result it has.
 *
 * @throws JobError `JOB_NOT_READY`, `JOB_FAILED`, `JOB_NOT_FOUND`
 */
export async function openJob(client: GesClient, jobId: string, options: WaitOptions): Promise<OpenJob> {
  const answer = await readFirst(client, jobId, options);
  const { envelope } = answer;
  const read = readingBy(client);
  const body = read(answer);
  const lists = resultLists(body.lists);
  const scalars = readScalars(body);
  const names = createListNames();
  names.check(body.lists, 0);
  const beside = createListsBeside();
  const needsSecond = envelope.total !== 1 && isUnclear(body);
  const asked: Window = { offset: 0, limit: needsSecond ? SECOND_RECORDS : 1 };
  const second = needsSecond ? await client.readJob(jobId, asked, options.signal) : answer;
  const secondResult = needsSecond ? read(second) : body;
  const primary = primaryList(secondResult.lists, sizeOf(second.envelope, asked));
  const counter = createResultCounter(body, primary);
  const holdsFirst = lists.some((list) => list.count > 0);
  const primaryRecords = lists.find((list) => list.key === primary);
  const isOneRecord =
    primaryRecords === undefined || isWholeListRecord(primaryRecords.key, firstRecord(primaryRecords));
  // Asked for one record: an answer that holds more, and all that it declares, is not paged at all. One that declares
  // one record is a page of them, whatever list comes whole beside it.
  const isWhole =
    envelope.total === null
      ? envelope.declared !== 1 && lists.some((list) => list.count > 1)
      : envelope.total > 1 && counter.count(body, envelope.declared).count === envelope.total;
  // Nothing to page, and records beside it: no window would bring them.
  const isBeside = envelope.total === 0 && primaryRecords?.count === 0 && holdsFirst;
  const isUnpaged = isOneRecord || isWhole || isBeside;
  const mapPages = createMapPages();
  const repeated = isUnpaged ? null : findRepeatedLists(body, secondResult, primary);
  if (needsSecond) second.body.release();
  const total =
    isOneRecord || (isUnpaged && (envelope.total === null || isBeside))
      ? countRecords(body, primary, isOneRecord, holdsScalarRow(scalars, envelope.total ?? envelope.declared))
      : envelope.total;
  const isLikeHyg =
    primaryRecords !== undefined &&
    !isOneRecord &&
    answersLikeHyg(envelope.statusWord, body.envelope, primaryRecords, firstRecord(primaryRecords));

  return {
    id: jobId,
    status: envelope.status,
    statusWord: envelope.statusWord ?? 'none',
    reason:
      [envelope.errorCode, envelope.errorMessage].filter((part) => part !== null).join(' ') || undefined,
    total,
    isPaged: !isUnpaged,
    firstBytes: body.bytes,
    primary,
    scalars,
    isLikeHyg,
    isPlain: body === answer.body && repeated === null,
    fetchPage: isUnpaged ? fetchWhole : fetchPage,
    probePage: probingBy(fetchPage),
  };

  async function fetchWhole(): Promise<Answer<DecodedBody>> {
    const declared = envelope.total ?? 0;
    if (primaryRecords === undefined && declared > (total ?? 0)) {
      throw new PageError(
        'PAGE_COUNT_MISMATCH',
        `Job "${jobId}" declares ${declared} records, and its answer holds no list of them`,
        { retryable: false, details: { expected: declared, actual: 0 } },
      );
    }
    return wholeAnswer(body, total ?? 0);
  }

  async function fetchPage(
    window: Window,
    signal: AbortSignal,
    decode?: DecodeBody,
  ): Promise<Answer<DecodedBody>> {
    const page = await client.readJob(jobId, window, signal, decode);
    const { declared, offset, status, statusWord } = page.envelope;
    const named = page.envelope.jobId;
    // The document shows no job ID here, so a server may name the job as it likes; but the same on every page.
    if (named !== null && named !== jobId && named !== envelope.jobId)
      throw resultChanged(window, `The answer for offset ${window.offset} is about job "${named}"`);
    if (isAnotherState(status, envelope.status)) {
      const { statusWord: before } = envelope;
      throw resultChanged(
        window,
        `The job was "${before}" and is "${statusWord}" at offset ${window.offset}`,
      );
    }
    // A decoder of its own is brought only where the rows stand as they are.
    const result = decode === undefined ? read(page) : page.body;
    // The samples hold every list that has a table.
    if (decode === undefined) names.check(result.lists, window.offset);
    const others = resultLists(result.lists).filter(({ key, count: size }) => key !== primary && size > 0);
    beside.check(others, window, decode === undefined);
    const { count, digest, marks } = counter.count(
      repeated?.paged(result) ?? result,
      sizeOf(page.envelope, window),
    );
    if (count > 0 && page.body.lists.some(({ key, isMap }) => key === primary && isMap === true)) {
      // One member, without any size, whatever the offset: the walk sees that this is the whole of it again.
      const isWholeAgain = total === null && offset === null && count === 1 && digest(0, 1) === firstDigest();
      if (!isWholeAgain) mapPages.check(window.offset, digest(0, 1));
    }
    const isOther = window.offset === 0 && count > 0 && holdsFirst && digest(0, 1) !== firstDigest();
    if (isOther) throw resultChanged(window, 'The first record is not the one that was seen before');
    if (isLikeHyg && count === 0 && total !== null && window.offset < total) {
      throw new JobError('RESULT_TRUNCATED', hygCutMessage(jobId, window.offset, total), {
        retryable: false,
      });
    }
    return {
      offset,
      declared,
      total: page.envelope.total,
      count,
      bytes: page.body.heldBytes,
      digest,
      marks,
      body: repeated?.drop(result, window.offset) ?? result,
    };
  }

  /** Read when it is asked for: how the lists of an answer are counted may be learnt meanwhile. */
  function firstDigest(): string {
    const first: Window = { offset: 0, limit: 1 };
    return counter.count(repeated?.paged(body) ?? body, sizeOf(envelope, first)).digest(0, 1);
  }
}

/**
 * Finds pages of a map that begin alike. A record may come twice in a list; the members of an object differ, or a server
 * that gives the same one at every offset would look like one that cuts its pages to one record.
 */
function createMapPages(): { check(offset: number, first: string): void } {
  const offsets = new Map<string, number>();
  return {
    /** @throws PageError `PAGE_REPEATED` */
    check(offset, first) {
      const before = offsets.get(first) ?? offset;
      offsets.set(first, before);
      if (before === offset) return;
      throw new PageError(
        'PAGE_REPEATED',
        `The answers at offset ${before} and at offset ${offset} begin with the same member of one object: the server ignores the offset`,
        { retryable: false },
      );
    },
  };
}

/** What every engine knows of a list. */
function endsOf(list: RecordList): string {
  return `${list.count} ${list.digest(0, 1)} ${list.digest(list.count - 1, list.count)}`;
}

/** More than there are samples, and no more memory than they take. */
const MAX_WINDOWS_BESIDE = 100;

/**
 * Finds lists beside the paged one that come in two ways for the same window: no field counts their records, so that only
 * their number and their ends tell.
 */
function createListsBeside(): {
  check(lists: readonly RecordList[], window: Window, isSample: boolean): void;
} {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return {
    /** @throws PageError `TOTAL_CHANGED` */
    check(lists, window, isSample) {
      const place = `${window.offset} ${window.limit}`;
      const before = known.get(place);
      // Most windows are read once: kept is what samples showed, which pages of the same size have to bring again.
      if (before === undefined && (!isSample || known.size >= MAX_WINDOWS_BESIDE)) return;
      const now = new Map(lists.map((list) => [list.key, endsOf(list)]));
      known.set(place, before ?? now);
      for (const name of before === undefined ? [] : new Set([...before.keys(), ...now.keys()])) {
        if (before?.get(name) === now.get(name)) continue;
        throw resultChanged(
          window,
          `The list "${name}" has other records at offset ${window.offset} than before`,
        );
      }
    },
  };
}

/** Reads answers as results. What a result of Cypher says beside its rows stands in a record: secrets may be there too. */
function readingBy({ clean }: GesClient): (answer: JobAnswer) => DecodedBody {
  return (answer) => {
    const result = readResult(answer);
    return result === answer.body ? result : hideSecrets(result, clean, () => false);
  };
}

/** How many records an answer holds by its own word, or as many as its total leaves for the window. */
function sizeOf({ declared, total }: JobAnswer['envelope'], { offset, limit }: Window): number | null {
  return declared ?? (total === null ? null : Math.max(0, Math.min(limit, total - offset)));
}

/** Pages without a word, or with one of no document, say nothing about the job. */
function isAnotherState(now: JobStatus, before: JobStatus): boolean {
  if (now === 'pending' || now === 'running') return true;
  return now !== before && (now === 'partial' || (now === 'done' && before === 'partial'));
}

/** A `probePage` that reads what `fetchPage` does. */
export function probingBy(fetchPage: OpenJob['fetchPage']): OpenJob['probePage'] {
  return async (window, signal) => {
    const { body, marks: _ofReleased, ...answer } = await fetchPage(window, signal);
    const digests = Array.from({ length: answer.count }, (_, index) => answer.digest(index, index + 1));
    body.release();
    return { ...answer, digest: (from, to) => digests.slice(from, to).join(' '), body: null };
  };
}

/** A result that is not paged came whole with the first answer; it is not asked for again, and stays in memory. */
function wholeAnswer(body: DecodedBody, count: number): Answer<DecodedBody> {
  const { envelope, lists, bytes, heldBytes } = body;
  const whole = { envelope, lists, bytes, heldBytes, release: () => {} };
  return {
    offset: null,
    declared: null,
    total: count,
    count,
    bytes: body.heldBytes,
    digest: () => '',
    body: whole,
  };
}

/** The answer for the first record; asked for again where it gives nothing of a result that has some, as pages are. */
async function readFirst(client: GesClient, jobId: string, options: WaitOptions): Promise<JobAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await waitForEnd(client, jobId, options);
    const { envelope, body } = answer;
    const isEmpty = resultLists(body.lists).every((list) => list.count === 0);
    const lacksFirst = isEmpty && envelope.declared === 0 && (envelope.total ?? 0) > 0;
    if (!lacksFirst || attempt === MAX_EMPTY_ANSWERS) return answer;
    body.release();
  }
}

async function waitForEnd(client: GesClient, jobId: string, options: WaitOptions): Promise<JobAnswer> {
  const deadline = Date.now() + options.waitMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, MAX_POLL_MS)) {
    const answer = await client.readJob(jobId, { offset: 0, limit: 1 }, options.signal);
    const { status, statusWord } = answer.envelope;
    const hasEnded =
      status === 'done' || status === 'partial' || (status === 'unknown' && holdsResult(answer));
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

/** Without a word that says so, only a result tells that a job has ended: a running one has none to show. */
function holdsResult({ envelope, body }: JobAnswer): boolean {
  return envelope.hasData || body.lists.some((list) => envelope.statusWord === null || list.count > 0);
}

function countRecords(
  body: DecodedBody,
  primary: string | null,
  isOneRecord: boolean,
  hasScalarRow: boolean,
): number {
  if (!isOneRecord) return resultLists(body.lists).reduce((sum, list) => sum + list.count, 0);
  const list = body.lists.find((candidate) => candidate.key === primary);
  return (list === undefined ? hasScalarRow : list.count > 0) ? 1 : 0;
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
