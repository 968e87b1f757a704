import type { ResolvedConnection } from './config/options.js';
import { connect } from './connect.js';
import { JobError } from './errors.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue, stringifyJson } from './json-value.js';
import { MAX_PAGE_SIZE } from './model.js';

/** One entry of the job list; what an edition does not say is null. Times are text as the server wrote them. */
export interface JobEntry {
  readonly jobId: string;
  readonly status: string;
  readonly taskType: string | null;
  readonly algorithm: string | null;
  readonly progress: string | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly failReason: string | null;
}

/**
 * The jobs that the engine remembers (ges_03_0204 for the memory edition, ges_03_0471 for the database edition),
 * read page by page until a page is shorter than asked for.
 *
 * @throws GesExportError
 */
export async function* listJobs(connection: ResolvedConnection): AsyncGenerator<JobEntry> {
  const client = connect(connection, 1);
  try {
    for (let offset = 0; ; ) {
      const { body } = await client.listJobs({ offset, limit: MAX_PAGE_SIZE });
      const jobs = [...jobsOf(body.lists, body.envelope)];
      yield* jobs.map(readEntry);
      offset += jobs.length;
      if (jobs.length < MAX_PAGE_SIZE) return;
    }
  } finally {
    await client.close();
  }
}

/** @throws JobError `JOB_NOT_FOUND` when the list does not hold the job */
export async function showJob(connection: ResolvedConnection, jobId: string): Promise<JobEntry> {
  for await (const job of listJobs(connection)) {
    if (job.jobId === jobId) return job;
  }
  throw new JobError(
    'JOB_NOT_FOUND',
    `The job list of graph "${connection.graph}" does not hold "${jobId}"`,
    {
      retryable: false,
    },
  );
}

/** `jobs` is declared as an object and shown as an array (ges_03_0204). */
function* jobsOf(
  lists: readonly { readonly key: string; batches(): Iterable<readonly JsonValue[]> }[],
  envelope: JsonObject,
): Generator<JsonValue> {
  for (const list of lists) {
    if (list.key !== 'jobs') continue;
    for (const batch of list.batches()) yield* batch;
  }
  const map = envelope.get('jobs');
  if (map instanceof JsonObject) yield* map.values;
}

function readEntry(job: JsonValue): JobEntry {
  if (!(job instanceof JsonObject)) {
    throw new JobError(
      'PAGE_INVALID',
      `The job list holds what is no job: ${stringifyJson(job).slice(0, 100)}`,
      {
        retryable: false,
      },
    );
  }
  const text = (...names: string[]) => {
    for (const name of names) {
      const value = job.get(name);
      if (value instanceof JsonNumber) return value.text;
      if (typeof value === 'string' && value !== '') return value;
    }
    return null;
  };
  return {
    jobId: text('jobId', 'job_id') ?? '',
    status: text('status') ?? '',
    taskType: text('taskType') ?? requestCommand(job),
    algorithm: algorithmOf(text('rawRequest')),
    progress: text('progress'),
    startTime: text('startTime'),
    endTime: text('endTime'),
    failReason: text('failReason'),
  };
}

function requestCommand(job: JsonObject): string | null {
  const request = job.get('request');
  const command = request instanceof JsonObject ? request.get('command') : undefined;
  return typeof command === 'string' && !isJsonArray(command) ? command : null;
}

/** The memory edition keeps the text of the request body (`rawRequest`, ges_03_0204). */
function algorithmOf(rawRequest: string | null): string | null {
  const match = /"algorithmName"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(rawRequest ?? '');
  return match?.[1] === undefined ? null : (JSON.parse(match[1]) as string);
}
