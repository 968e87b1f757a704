import type { Encodable } from './encode-json.js';
import { ERROR_ENVELOPES } from './error-envelopes.js';
import { GesFailure } from './ges-failure.js';
import type { JobTimes } from './job-store.js';

interface CloudJobRecord {
  readonly status: string;
  readonly entities: Encodable;
  readonly job_id: string;
  readonly job_type: string;
  readonly begin_time: string;
  readonly end_time: string;
  readonly error_code: string | null;
  readonly fail_reason: string | null;
  readonly [member: string]: Encodable;
}

const BEGIN_MS = Date.UTC(2024, 3, 25, 20, 4, 34, 604);

/** A job as the pages "Querying Job Status" of BMS and SDRS show it. */
function job(
  id: string,
  type: string,
  entities: Encodable,
  changes: Partial<CloudJobRecord> = {},
): CloudJobRecord {
  return {
    status: 'SUCCESS',
    entities,
    job_id: id,
    job_type: type,
    begin_time: new Date(BEGIN_MS).toISOString(),
    end_time: new Date(BEGIN_MS + 247_989).toISOString(),
    error_code: null,
    fail_reason: null,
    ...changes,
  };
}

const withSubJobs = (...subJobs: readonly CloudJobRecord[]): Encodable => ({
  sub_jobs_total: subJobs.length,
  sub_jobs: subJobs,
});

const SERVER = { server_id: '6f2c1a4e-8d35-47b9-9a01-3c7f5e2b8d10' };
const NO_CAPACITY = { status: 'FAIL', error_code: 'BMS.0002', fail_reason: 'No "capacity" left, try later' };

const FIXED_JOBS: readonly CloudJobRecord[] = [
  job(
    'bms-create',
    'baremetalBatchCreate',
    withSubJobs(job('bms-create-1', 'baremetalSingleCreate', SERVER)),
  ),
  // A job without sub-jobs names the server or the network card that it worked on.
  job('bms-attach', 'baremetalAttachVolume', { nic_id: 'e1b7a3c9-5d24-4f80-8c16-92a0d4f6b7e3' }),
  job(
    'bms-failed',
    'baremetalBatchOperate',
    withSubJobs(
      job('bms-failed-1', 'baremetalSingleOperate', SERVER),
      job('bms-failed-2', 'baremetalSingleOperate', {}, NO_CAPACITY),
    ),
    NO_CAPACITY,
  ),
  // `PENDING_PAYMENT`: the order of a subscription is not paid (BMS).
  job(
    'bms-unpaid',
    'baremetalBatchCreate',
    { sub_jobs_total: 0, sub_jobs: [] },
    {
      status: 'PENDING_PAYMENT',
      end_time: '',
    },
  ),
  // SDRS: without sub-jobs there is no `sub_jobs`, and never a `sub_jobs_total`.
  job('sdrs-group', 'createProtectionGroupNoCG', { server_group_id: '3e9d5b71-0c48-4a26-b5f3-7d81e6c2904a' }),
  job('sdrs-stop', 'stopProtectionGroupNoCG', {
    server_group_id: '3e9d5b71-0c48-4a26-b5f3-7d81e6c2904a',
    sub_jobs: [
      job('sdrs-stop-1', 'stopProtectionGroupRepNoCG', { replication_pair_id: 'b0c7' }),
      job('sdrs-stop-2', 'stopProtectionGroupRepNoCG', { replication_pair_id: 'd41a' }),
    ],
  }),
];

/** `tree-5`: sub-jobs five levels deep, two on each level, of which the first has two more. */
const TREE = /^tree-([1-9]\d{0,2})$/;

function tree(id: string, levels: number): CloudJobRecord {
  if (levels === 0) return job(id, 'baremetalSingleOperate', SERVER);
  return job(id, 'baremetalBatchOperate', withSubJobs(tree(`${id}.1`, levels - 1), tree(`${id}.2`, 0)));
}

/**
 * The jobs of BMS and SDRS: `GET /v1/{project_id}/jobs/{job_id}` (both services, "Querying Job Status").
 *
 * `bms-slow` is INIT, then RUNNING, then SUCCESS; its time begins when it is first asked for.
 */
export class CloudJobs {
  readonly #times: JobTimes;
  #slowSince: number | null = null;

  constructor(times: JobTimes) {
    this.#times = times;
  }

  /** @throws GesFailure 404 `itemNotFound` (BMS), 400 `error` (SDRS) */
  get(id: string): Encodable {
    const levels = TREE.exec(id)?.[1];
    if (levels !== undefined) return tree(id, Number(levels));
    if (id === 'bms-slow') return this.#slowJob();
    const found = FIXED_JOBS.find((candidate) => candidate.job_id === id);
    if (found !== undefined) return found;
    if (id.startsWith('sdrs'))
      throw new GesFailure(
        400,
        ERROR_ENVELOPES['other-service']('SDRS.0204', `The job ${id} does not exist.`),
      );
    throw new GesFailure(
      404,
      ERROR_ENVELOPES['named-by-kind']('BMS.0204', `The job ${id} could not be found.`),
    );
  }

  #slowJob(): CloudJobRecord {
    this.#slowSince ??= Date.now();
    const { pendingMs, runningMs } = this.#times;
    const age = Date.now() - this.#slowSince;
    const status = age < pendingMs ? 'INIT' : age < pendingMs + runningMs ? 'RUNNING' : 'SUCCESS';
    const end = status === 'SUCCESS' ? {} : { end_time: '' };
    return job('bms-slow', 'baremetalReinstallOs', SERVER, { status, ...end });
  }
}
