import { randomUUID } from 'node:crypto';
import { ERROR_ENVELOPES } from './error-envelopes.js';
import { GesFailure, gesFailure, jobNotFound, jobToCancelNotFound } from './ges-failure.js';
import { hygJobNotFound } from './hyg.js';
import { Job, type JobPlan } from './job.js';
import { syntheticResult } from './synthetic-results.js';

export interface JobTimes {
  readonly pendingMs: number;
  readonly runningMs: number;
}

/** Algorithms whose jobs can be cancelled (ges_03_0038, revision of 2025), as far as the simulator has them. */
const CANCELLABLE = ['pagerank', 'connected_component', 'louvain'];

/** The asynchronous tasks "saved in the engine" (ges_03_0471): jobs from the start, submitted and synthetic ones. */
export class JobStore {
  readonly #jobs = new Map<string, Job>();
  readonly #vanished = new Set<string>();
  readonly #times: JobTimes;

  constructor(fixed: ReadonlyMap<string, JobPlan>, times: JobTimes) {
    this.#times = times;
    const now = Date.now();
    for (const [id, plan] of fixed) this.#jobs.set(id, new Job(id, plan, now, now));
  }

  /** Adds a job and gives its id: a UUID followed by digits, as in the examples (ges_03_0030). */
  submit(plan: JobPlan): string {
    const id = `${randomUUID()}${String(this.#jobs.size).padStart(9, '0')}`;
    const startsAt = Date.now() + this.#times.pendingMs;
    this.#jobs.set(id, new Job(id, plan, startsAt, startsAt + this.#times.runningMs));
    return id;
  }

  /** @throws GesFailure GES.8301 when there is no such job */
  get(id: string): Job {
    const job = this.#jobs.get(id) ?? this.#openSynthetic(id);
    if (job === undefined || this.#vanished.has(id)) throw jobNotFound(id);
    return job;
  }

  #openSynthetic(id: string): Job | undefined {
    const result = syntheticResult(id);
    if (result === undefined) return undefined;
    const rawRequest = JSON.stringify({ algorithmName: id, parameters: {} });
    const plan = {
      taskType: 'Algorithm',
      rawRequest,
      outcome: () => ({ status: 'success', result }) as const,
    };
    const now = Date.now();
    const job = new Job(id, plan, now, now);
    this.#jobs.set(id, job);
    return job;
  }

  /** Forgets a job for good: results are volatile, and an export-result erases its job by default (ges_03_0172). */
  vanish(id: string): void {
    this.#vanished.add(id);
  }

  /** Cancels a job that has not finished; what `status` says then is not documented, here it is a failed job. */
  cancel(id: string): void {
    const job = this.#vanished.has(id) ? undefined : this.#jobs.get(id);
    const state = job?.stateAt(Date.now()).status;
    if (job === undefined || state === 'done' || state === 'failed') throw jobToCancelNotFound(id);
    const { algorithmName } = JSON.parse(job.plan.rawRequest || '{}') as { algorithmName?: string };
    if (algorithmName !== undefined && !CANCELLABLE.includes(algorithmName)) {
      throw gesFailure('GES.8303', 'Unsupported Operation');
    }
    job.fail(
      new GesFailure(400, { errorMessage: 'job is canceled', errorCode: 'GES.8301', status: 'failed' }),
    );
  }

  /** Cancels every pending job of HyG (ges_03_0533). */
  cancelQueuedHyg(): void {
    const now = Date.now();
    for (const job of this.#jobs.values()) {
      if (job.plan.isHyg === true && job.stateAt(now).status === 'pending') job.fail(canceledHygJob());
    }
  }

  /** Cancels a HyG job that has not finished (ges_03_0533). */
  cancelHyg(id: string): void {
    const job = this.#vanished.has(id) ? undefined : this.#jobs.get(id);
    const state = job?.stateAt(Date.now()).status;
    if (job?.plan.isHyg !== true || state === 'done' || state === 'failed') throw hygJobNotFound(id);
    job.fail(canceledHygJob());
  }

  /** Every job, the newest first. */
  all(): readonly Job[] {
    return [...this.#jobs.values()].filter((job) => !this.#vanished.has(job.id)).reverse();
  }
}

function canceledHygJob(): GesFailure {
  return new GesFailure(400, ERROR_ENVELOPES.hyg('GES.8301', 'job is canceled'));
}
