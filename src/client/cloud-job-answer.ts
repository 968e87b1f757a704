import { PageError } from '../errors.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue, stringifyJson } from '../json-value.js';
import type { Column, DecodedBody, Warning } from '../model.js';
import { type JobStatus, readJobStatus } from './job-status.js';

/** A job of BMS or SDRS, or one of its sub-jobs (both services, page "Querying Job Status"). */
export interface CloudJob {
  readonly jobId: string;
  /** As the service wrote it, without white space: one printed example has `SUC CES S`. */
  readonly statusWord: string;
  readonly state: JobStatus;
  /** Every member but the sub-jobs, under the names of the wire; numbers keep their digits. */
  readonly members: JsonObject;
  readonly subJobs: readonly CloudJob[];
  /** Of the job and all below it. */
  readonly warnings: readonly Warning[];
}

/**
 * One row a job: `depth` is 0 for the job itself, `parent_job_id` null then; `state` is `status` in one vocabulary
 * (`JobStatus`); `entities` is what the job worked on, without its sub-jobs, which are rows of their own.
 */
export const CLOUD_JOB_COLUMNS: readonly Column[] = [
  { name: 'job_id', type: 'string', nullable: true },
  { name: 'parent_job_id', type: 'string', nullable: true },
  { name: 'depth', type: 'int64', nullable: false },
  { name: 'job_type', type: 'string', nullable: true },
  { name: 'status', type: 'string', nullable: true },
  { name: 'state', type: 'string', nullable: false },
  { name: 'begin_time', type: 'string', nullable: true },
  { name: 'end_time', type: 'string', nullable: true },
  { name: 'error_code', type: 'string', nullable: true },
  { name: 'fail_reason', type: 'string', nullable: true },
  { name: 'entities', type: 'json', nullable: true },
];

const TEXT_MEMBERS = ['job_id', 'job_type', 'begin_time', 'end_time', 'error_code', 'fail_reason'] as const;

/** @throws PageError `PAGE_INVALID` when the answer is no job */
export function readCloudJob(askedId: string, { envelope, lists }: DecodedBody): CloudJob {
  // `entities` may be an array (BMS), which the decoder takes out of the envelope of an answer.
  const entities = lists.find((list) => list.key === 'entities');
  const root =
    entities === undefined
      ? envelope
      : new JsonObject([...envelope.keys, 'entities'], [...envelope.values, [...entities.batches()].flat()]);
  if (root.get('status') === undefined) {
    throw new PageError(
      'PAGE_INVALID',
      `The answer for job "${askedId}" has no status: ${stringifyJson(root).slice(0, 100)}`,
      { retryable: false },
    );
  }
  const job = readJob(root);
  return job.jobId === '' ? { ...job, jobId: askedId } : job;
}

function readJob(source: JsonObject): CloudJob {
  const { rest, subJobs: found } = splitEntities(source.get('entities'));
  const subJobs = found.map(readJob);
  const written = text(source.get('status')) ?? '';
  const statusWord = written.replace(/\s+/g, '');
  const jobId = text(source.get('job_id')) ?? '';
  const keys = source.keys.filter((key) => key !== 'entities');
  return {
    jobId,
    statusWord,
    state: readJobStatus(statusWord, false),
    members: new JsonObject([...keys, 'entities'], [...keys.map((key) => source.get(key) ?? null), rest]),
    subJobs,
    warnings: [...missingSubJobs(jobId, rest, subJobs.length), ...subJobs.flatMap((job) => job.warnings)],
  };
}

/** `sub_jobs` stands in `entities`, which is an object in every example and an array of objects in one table (BMS). */
function splitEntities(entities: JsonValue | undefined): {
  readonly rest: JsonValue;
  readonly subJobs: readonly JsonObject[];
} {
  if (isJsonArray(entities)) {
    const parts = entities.map(splitEntities);
    return { rest: parts.map((part) => part.rest), subJobs: parts.flatMap((part) => part.subJobs) };
  }
  if (!(entities instanceof JsonObject)) return { rest: entities ?? null, subJobs: [] };
  const jobs = entities.get('sub_jobs');
  if (jobs === undefined) return { rest: entities, subJobs: [] };
  // One sub-job may come without the brackets around it, and none as null.
  const list = isJsonArray(jobs) ? jobs : jobs === null ? [] : [jobs];
  const keys = entities.keys.filter((key) => key !== 'sub_jobs');
  const rest = new JsonObject(
    keys,
    keys.map((key) => entities.get(key) ?? null),
  );
  return {
    rest,
    subJobs: list.map((job) => {
      if (job instanceof JsonObject) return job;
      throw new PageError('PAGE_INVALID', `A sub-job is no object: ${stringifyJson(job).slice(0, 100)}`, {
        retryable: false,
      });
    }),
  };
}

/** BMS states how many sub-jobs there are (`sub_jobs_total`). */
function missingSubJobs(jobId: string, entities: JsonValue, count: number): Warning[] {
  const stated = entities instanceof JsonObject ? text(entities.get('sub_jobs_total')) : null;
  if (stated === null || Number(stated) === count) return [];
  return [
    {
      code: 'SUB_JOBS_MISSING',
      message: `Job "${jobId}" states ${stated} sub-jobs and lists ${count}`,
    },
  ];
}

/** The job, then everything below it, depth first, in the order of the answer: objects of `CLOUD_JOB_COLUMNS`. */
export function cloudJobRows(job: CloudJob): JsonObject[] {
  const rows: JsonObject[] = [];
  const visit = (current: CloudJob, parentId: string | null, depth: number) => {
    rows.push(rowOf(current, parentId, depth));
    for (const child of current.subJobs) visit(child, current.jobId, depth + 1);
  };
  visit(job, null, 0);
  return rows;
}

function rowOf({ jobId, statusWord, state, members }: CloudJob, parentId: string | null, depth: number) {
  const known: Record<string, JsonValue> = {};
  for (const { name } of CLOUD_JOB_COLUMNS) known[name] = members.get(name) ?? null;
  for (const name of TEXT_MEMBERS) known[name] = text(members.get(name));
  known['job_id'] = jobId === '' ? null : jobId;
  known['parent_job_id'] = parentId === '' ? null : parentId;
  known['depth'] = new JsonNumber(String(depth));
  known['status'] = statusWord;
  known['state'] = state;
  const others = members.keys.filter((key) => !Object.hasOwn(known, key));
  return new JsonObject(
    [...Object.keys(known), ...others],
    [...Object.values(known), ...others.map((key) => members.get(key) ?? null)],
  );
}

/** Text, or the digits of a number; null and empty are null. */
function text(value: JsonValue | undefined): string | null {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === 'string') return value === '' ? null : value;
  return value === undefined || value === null ? null : stringifyJson(value);
}
