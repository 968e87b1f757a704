import { createHash } from 'node:crypto';
import type { GesClient, JobAnswer } from './client/ges-client.js';
import { JOB_COLUMNS, readJobEntry } from './client/job-entry.js';
import type { ResolvedConnection, ResolvedExport } from './config/options.js';
import { connect } from './connect.js';
import { JobError, PageError, RequestError } from './errors.js';
import { type ExportHooks, exportSource } from './export-job.js';
import { type OpenJob, probingBy } from './job-source.js';
import { canonicalJson, JsonNumber, JsonObject, type JsonValue } from './json-value.js';
import type { Manifest } from './manifest/manifest.js';
import {
  type Answer,
  type Column,
  type DecodedBody,
  MAX_PAGE_SIZE,
  type RecordList,
  type TablePlan,
  type Warning,
  type Window,
} from './model.js';
import { readPages } from './pager/read-pages.js';
import { joinMembers } from './tables/lone-records.js';
import { walkJobList } from './walk-job-list.js';

/** The member of an answer that holds the jobs. */
const JOBS_LIST = 'jobs';

/** The job list has no ID of its own: its name in manifests and messages. */
export const JOB_LIST_ID = 'jobs list';

/**
 * The jobs that the engine remembers, in the server's order, one object of `JOB_COLUMNS` each (ges_03_0204,
 * ges_03_0471).
 *
 * @throws GesExportError
 */
export async function* listJobs(
  connection: ResolvedConnection,
  onWarning: (warning: Warning) => void,
): AsyncGenerator<JsonObject> {
  const client = connect(connection, 1);
  try {
    const source = await openJobList(client);
    const fetchPage = (window: Window, signal: AbortSignal) => source.fetchPage(window, signal);
    for (const warning of source.warnings ?? []) onWarning(warning);
    for await (const { answers } of readPages({
      fetchPage,
      probePage: source.probePage,
      total: source.total,
      startOffset: 0,
      pageSize: source.isPaged ? MAX_PAGE_SIZE : Number.MAX_SAFE_INTEGER,
      boundary: Number.MAX_SAFE_INTEGER,
      concurrency: 1,
      maxHeldBytes: 0,
      maxHeldBytesFar: 0,
      recordBytes: 1,
    })) {
      for (const { body } of answers) {
        for (const list of body.lists) {
          for (const batch of list.batches()) yield* batch as readonly JsonObject[];
        }
        body.release();
      }
    }
  } finally {
    await client.close();
  }
}

/** @throws JobError `JOB_NOT_FOUND` when the list does not hold the job */
export async function showJob(
  connection: ResolvedConnection,
  jobId: string,
  onWarning: (warning: Warning) => void,
): Promise<JsonObject> {
  for await (const job of listJobs(connection, onWarning)) {
    if (job.get('jobId') === jobId) return job;
  }
  throw new JobError(
    'JOB_NOT_FOUND',
    `The job list of graph "${connection.graph}" does not hold "${jobId}"`,
    { retryable: false },
  );
}

/** Exports the job list like the result of a job: one table `jobs`. @throws as `exportJob` */
export function exportJobList(resolved: ResolvedExport, hooks: ExportHooks): Promise<Manifest> {
  return exportSource(resolved, hooks, (client, { signal }) => openJobList(client, signal));
}

/**
 * The job list as a source of records, whole. A list that fits into one answer is taken from that answer alone, so
 * that it shows one moment; a longer one is walked through (`walkJobList`), and must hold the number of jobs that it
 * states (`jobCount` in the memory edition, `totalCount` in the database edition).
 *
 * The database edition of 2021 does not page and states no number: its first answer is all there is
 * (ges_03_0471, revision of 2021).
 */
async function openJobList(client: GesClient, signal?: AbortSignal): Promise<OpenJob> {
  const first = await fetchList({ offset: 0, limit: MAX_PAGE_SIZE });
  const ending = await endOf(first, (window) => fetchList(window));
  const source = {
    id: JOB_LIST_ID,
    status: 'done',
    statusWord: 'listed',
    primary: 'jobs',
    scalars: new JsonObject([], []),
    isLikeHyg: false,
    isPlain: false,
    plans: [JOBS_PLAN],
  } as const;
  const walked = ending === 'goes-on' ? await walkJobList(first, fetchList) : null;
  const list = walked?.list ?? jobsOf(first.body);
  const { count } = list;
  const body = { ...first.body, lists: [list], bytes: walked?.bytes ?? first.bytes, release: () => {} };
  const whole = { ...first, total: count, count, bytes: body.bytes, digest: list.digest, body };
  const warnings = ending === 'cut-off' ? [cutOff(count)] : [];
  if (walked?.hasChanged === true) warnings.push(LIST_CHANGED);
  const fetchPage = async () => whole;
  const probePage = probingBy(fetchPage);
  return { ...source, total: count, isPaged: false, fetchPage, probePage, warnings };

  async function fetchList(
    window: Window,
    pageSignal: AbortSignal | undefined = signal,
  ): Promise<Answer<DecodedBody>> {
    return readList(await client.listJobs(window, pageSignal));
  }
}

type Fetch = (window: Window) => Promise<Answer<DecodedBody>>;

/** Whether the first answer is the whole list. Where no number tells, another request does. */
async function endOf(first: Answer<DecodedBody>, fetch: Fetch): Promise<'is-whole' | 'goes-on' | 'cut-off'> {
  const { count, total } = first;
  if (total !== null && count < total) return 'goes-on';
  // A number that equals a full page may be that of the page: what it counts is documented nowhere.
  if (total !== null && count < MAX_PAGE_SIZE) return 'is-whole';
  if (count === 0 || count > MAX_PAGE_SIZE) return 'is-whole';
  const next = await beyond(fetch, { offset: count, limit: MAX_PAGE_SIZE });
  if (next === null) return 'is-whole';
  const isRepeated = next.count > 0 && next.digest(0, 1) === first.digest(0, 1);
  const hasMore = next.count > 0 && !isRepeated;
  next.body.release();
  if (hasMore) return 'goes-on';
  return isRepeated && count === MAX_PAGE_SIZE ? 'cut-off' : 'is-whole';
}

/** What lies beyond the first answer; null where the server refuses to look there. */
async function beyond(fetch: Fetch, window: Window): Promise<Answer<DecodedBody> | null> {
  try {
    return await fetch(window);
  } catch (error) {
    if (error instanceof RequestError && error.code === 'API_REJECTED') return null;
    throw error;
  }
}

function cutOff(count: number): Warning {
  return {
    code: 'JOB_LIST_CUT_OFF',
    message: `The list ends at ${count} jobs, which is all that a graph without paging gives: there may be more`,
  };
}

const LIST_CHANGED: Warning = {
  code: 'JOB_LIST_CHANGED',
  message:
    'The job list changed while it was read: every job that stayed in it is there once; of those that came or went meanwhile some may be missing',
};

/** @throws PageError `PAGE_INVALID` when the answer holds no list of jobs */
function readList({ body }: JobAnswer): Answer<DecodedBody> {
  const list = jobsOf(body);
  return {
    offset: null,
    declared: null,
    total: countOf(body.envelope),
    count: list.count,
    bytes: body.heldBytes,
    digest: list.digest,
    // The number of jobs beside the list is no part of the entries.
    body: { ...body, envelope: new JsonObject([], []), lists: [list] },
  };
}

/** More members than this no entry has: the object is one of several jobs by their IDs. */
const MAX_ENTRY_MEMBERS = 100;

/** Whether an object in place of the list is one job without brackets around it. */
function isEntry(jobs: JsonObject): boolean {
  return ID_MEMBERS.some((name) => jobs.get(name) !== undefined && !(jobs.get(name) instanceof JsonObject));
}

/** A member of an object of jobs by their IDs; the ID may stand nowhere else. */
function namedEntry(member: JsonValue): JsonValue {
  const {
    keys: [id = null],
    values: [job = null],
  } = member as JsonObject;
  const isNamed = !(job instanceof JsonObject) || ID_MEMBERS.some((name) => job.get(name) !== undefined);
  return isNamed ? job : new JsonObject(['jobId', ...job.keys], [id, ...job.values]);
}

const ID_MEMBERS: readonly string[] = ['jobId', 'job_id'];

/** `jobs` is declared as an object and shown as an array (ges_03_0204, ges_03_0471). */
function jobsOf(body: DecodedBody): RecordList {
  const list = body.lists.find((candidate) => candidate.key === JOBS_LIST);
  if (list !== undefined) {
    const { key, count, isMap, digest } = list;
    if (isMap === true && count <= MAX_ENTRY_MEMBERS) {
      const map = joinMembers(list);
      if (isEntry(map)) return listOf(key, [readJobEntry(map)]);
    }
    const entryOf = isMap === true ? namedEntry : (record: JsonValue) => record;
    return {
      key,
      count,
      digest,
      *batches() {
        for (const batch of list.batches()) yield batch.map((record) => readJobEntry(entryOf(record)));
      },
    };
  }
  const none = body.envelope.get(JOBS_LIST);
  if (none === null || countOf(body.envelope) === 0) return listOf('jobs', []);
  throw new PageError('PAGE_INVALID', 'The answer holds no list of jobs', { retryable: false });
}

/** Records in memory as a list of an answer. */
export function listOf(key: string, records: readonly JsonValue[]): RecordList {
  return {
    key,
    count: records.length,
    batches: () => (records.length === 0 ? [] : [records]),
    digest(from, to) {
      const hash = createHash('sha256');
      for (const record of records.slice(from, to)) hash.update(`${canonicalJson(record)}\n`);
      return hash.digest('hex');
    },
  };
}

function countOf(envelope: JsonObject): number | null {
  for (const name of ['jobCount', 'totalCount']) {
    const value = envelope.get(name);
    const text = value instanceof JsonNumber ? value.text : value;
    if (typeof text === 'string' && /^\s*\d{1,15}\s*$/.test(text)) return Number(text);
  }
  return null;
}

const JOBS_PLAN = recordsPlan('jobs', JOB_COLUMNS);

/** The table of records whose members are known beforehand. */
export function recordsPlan(name: string, columns: readonly Column[]): TablePlan {
  return {
    name,
    folder: name,
    feed: 'elements',
    list: name,
    shape: 'object',
    columns: columns.map((column) => ({ ...column, source: 'member', member: column.name })),
  };
}
