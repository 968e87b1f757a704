import type { Encodable } from './encode-json.js';
import { GesFailure } from './ges-failure.js';
import type { JobResult, Scalars } from './job-result.js';

/** How a job ended: its status word, members beside it, its data. */
export interface Outcome {
  readonly status: 'success' | 'complete' | 'partiallyFailed';
  readonly members?: Scalars;
  readonly result: JobResult;
}

/** What a job is and does. `outcome` throws a GesFailure for a job that fails. */
export interface JobPlan {
  readonly taskType: string;
  /** JSON text of the request body. */
  readonly rawRequest: string;
  readonly outcome: () => Outcome;
  readonly neverStarts?: boolean;
  /** Whether HyG runs it: `DELETE /hyg/…/jobs` cancels it while it is pending (ges_03_0533). */
  readonly isHyg?: boolean;
  /** `files` of the job list, for imports (ges_03_0204). */
  readonly files?: Encodable;
}

/** Status words before the end (ges_03_0037). */
export type JobState =
  | { readonly status: 'pending' }
  | { readonly status: 'running' }
  | { readonly status: 'done'; readonly outcome: Outcome }
  | { readonly status: 'failed'; readonly failure: GesFailure };

/** A job in time: pending, then running, then at its end. */
export class Job {
  readonly id: string;
  readonly plan: JobPlan;
  /** Milliseconds since the epoch; infinite for a job that never starts. */
  readonly startsAt: number;
  readonly endsAt: number;
  #end: JobState | undefined;

  constructor(id: string, plan: JobPlan, startsAt: number, endsAt: number) {
    this.id = id;
    this.plan = plan;
    this.startsAt = plan.neverStarts === true ? Number.POSITIVE_INFINITY : startsAt;
    this.endsAt = plan.neverStarts === true ? Number.POSITIVE_INFINITY : endsAt;
  }

  /** The state at a time; the work is done when the end is first looked at. */
  stateAt(now: number): JobState {
    if (this.#end !== undefined) return this.#end;
    if (now < this.startsAt) return { status: 'pending' };
    if (now < this.endsAt) return { status: 'running' };
    this.#end = settle(this.plan);
    return this.#end;
  }

  /** Ends a job before its time with a failure. */
  fail(failure: GesFailure): void {
    this.#end = { status: 'failed', failure };
  }
}

function settle(plan: JobPlan): JobState {
  try {
    return { status: 'done', outcome: plan.outcome() };
  } catch (error) {
    if (!(error instanceof GesFailure)) throw error;
    return { status: 'failed', failure: error };
  }
}
