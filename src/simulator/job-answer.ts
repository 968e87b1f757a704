import { MAX_PAGE_SIZE } from '../model.js';
import { encodeJson } from './encode-json.js';
import type { Job, Outcome } from './job.js';
import type { JobResult, PagedResult, Scalars } from './job-result.js';

/** Where the paging fields stand: in `data.outputs`, as every example has it, or in `data`, as table 3 of ges_03_0037 says. */
export const LAYOUTS = ['outputs', 'data'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** A status request as it came; null where it names no value. */
export interface PageRequest {
  readonly offset: number | null;
  readonly limit: number | null;
}

/** Untruths about a page, as a fault plan orders them. */
export interface PageLies {
  /** At most this many records. */
  readonly clamp?: number | undefined;
  /** Added to `data_total_size`. */
  readonly totalDelta?: number | undefined;
  /** The first records whatever the offset, with the offset asked for as the echo. */
  readonly ignoreOffset?: boolean | undefined;
  /** Echoes the offset plus one. */
  readonly wrongOffsetEcho?: boolean | undefined;
  readonly shortBy?: number | undefined;
  readonly longBy?: number | undefined;
  /** Added to `data_return_size`. */
  readonly returnSizeDelta?: number | undefined;
}

/** The body for a job at a time: `{"status":"pending"}`, the page asked for, or the failure (thrown). */
export function jobAnswer(job: Job, request: PageRequest, layout: Layout, lies: PageLies): Uint8Array[] {
  const state = job.stateAt(Date.now());
  if (state.status === 'failed') throw state.failure;
  if (state.status !== 'done') return [Buffer.from(encodeJson({ status: state.status }))];
  const { result } = state.outcome;
  if (result.kind === 'paged') return pageBody(state.outcome, result, request, layout, lies);
  return [Buffer.from(`{${outputsText(result)}${closing(state.outcome)}}`)];
}

function outputsText(result: Exclude<JobResult, { kind: 'paged' }>): string {
  if (result.kind === 'empty') return '';
  if (result.kind === 'body') return leading(result.members);
  return `"data":{"outputs":${encodeJson(result.scalars)}},`;
}

function pageBody(
  outcome: Outcome,
  result: PagedResult,
  request: PageRequest,
  layout: Layout,
  lies: PageLies,
): Uint8Array[] {
  const { offset, count } = pageRange(result, request, lies);
  const asked = request.offset ?? result.defaultWindow?.offset ?? 0;
  const sizes = encodeJson({
    data_return_size: count + (lies.returnSizeDelta ?? 0),
    data_offset: asked + (lies.wrongOffsetEcho === true ? 1 : 0),
    ...(result.hasTotal ? { data_total_size: result.list.total + (lies.totalDelta ?? 0) } : {}),
  }).slice(1, -1);
  const head = `{"data":{"outputs":{${leading(result.before)}${JSON.stringify(result.key)}:[`;
  const after = trailing(result.after);
  const tail = layout === 'outputs' ? `]${after},${sizes}}}` : `]${after}},${sizes}}`;
  const records = count === 0 ? [] : result.list.bytes(offset, count);
  return [Buffer.from(head), ...records, Buffer.from(`${tail},${closing(outcome)}}`)];
}

/** Past the end there is nothing: an empty list (the pages do not say). */
function pageRange(result: PagedResult, request: PageRequest, lies: PageLies) {
  const offset = lies.ignoreOffset === true ? 0 : (request.offset ?? result.defaultWindow?.offset ?? 0);
  const limit = request.limit ?? result.defaultWindow?.limit ?? MAX_PAGE_SIZE;
  const wanted = Math.min(limit, lies.clamp ?? limit) + (lies.longBy ?? 0);
  const available = Math.max(0, result.list.total - offset);
  return { offset, count: Math.max(0, Math.min(wanted, available) - (lies.shortBy ?? 0)) };
}

function leading(scalars: Scalars): string {
  const text = encodeJson(scalars).slice(1, -1);
  return text === '' ? '' : `${text},`;
}

function trailing(scalars: Scalars): string {
  const text = encodeJson(scalars).slice(1, -1);
  return text === '' ? '' : `,${text}`;
}

function closing(outcome: Outcome): string {
  return encodeJson({ status: outcome.status, ...outcome.members }).slice(1, -1);
}
