import type { GesClient } from './client/ges-client.js';
import type { ResolvedExport } from './config/options.js';
import type { Run } from './export-run.js';
import { bothSamples, type JobSample, planJob } from './job-sample.js';
import type { OpenJob } from './job-source.js';
import type { TablePlan } from './model.js';
import { withPartitions } from './partition-plans.js';
import { withGraphHeaders } from './tables/graph-headers.js';
import { withoutOverflow } from './tables/plan-tables.js';

/** The tables of an export as its options want them, and all that was sampled. */
export async function planExport(
  client: GesClient,
  job: OpenJob,
  run: Run,
  first: JobSample,
): Promise<{ readonly plans: readonly TablePlan[]; readonly sample: JobSample }> {
  const { options, signal } = run;
  const partitioned = (plans: readonly TablePlan[]) =>
    withPartitions(
      plans,
      options.partitionBy,
      options.fixedPartitions.map(({ key }) => key),
    );
  if (job.plans !== undefined) {
    return { plans: partitioned(job.plans), sample: first };
  }
  const { plans: wirePlans, sample } = await planJob(client, job, first, options, signal);
  const plans = wirePlans.map((plan) => withGraphHeaders(plan, options.graphHeaders));
  return {
    plans: partitioned(options.strict ? plans.map(withoutOverflow) : plans),
    sample: bothSamples(first, sample),
  };
}

/** A window may take this share of the memory as JSON; where records are wider, windows hold fewer of them. */
const WINDOW_SHARE = 1 / 4;

/** Records of a window. */
export function windowSizeOf({ recordBytes }: JobSample, options: ResolvedExport): number {
  const fitting = Math.floor((options.memory * WINDOW_SHARE) / Math.max(1, recordBytes));
  return Math.max(1, Math.min(options.pageSize, fitting));
}
