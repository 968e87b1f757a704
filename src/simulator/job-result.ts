import type { Encodable } from './encode-json.js';
import type { RecordList } from './record-list.js';

/** Members beside the records, in wire order. */
export type Scalars = { readonly [key: string]: Encodable };

/**
 * What a finished job holds in `data.outputs`.
 *
 * - `paged`: a list read by offset and limit; `data_return_size`, `data_offset` and `data_total_size` follow
 *   (`hasTotal: false` leaves the last one out)
 * - `unpaged`: one value without these fields; "shortest path, closeness, link prediction, degree correlation,
 *   triangle count, cluster coefficient … are not paginated" (ges_03_0076)
 * - `body`: an answer that does not have this form at all; its members stand beside the status
 * - `empty`: a job that has no data at all
 */
export type JobResult =
  | {
      readonly kind: 'paged';
      readonly key: string;
      readonly list: RecordList;
      /** Scalars written before the list (louvain, ges_03_0174) and after it (k_hop, ges_03_0080). */
      readonly before: Scalars;
      readonly after: Scalars;
      readonly hasTotal: boolean;
      /** What a status request reads that names no limit; null is the documented 100000. */
      readonly defaultWindow: { readonly offset: number; readonly limit: number } | null;
    }
  | { readonly kind: 'unpaged'; readonly scalars: Scalars }
  | { readonly kind: 'body'; readonly members: Scalars }
  | { readonly kind: 'empty' };

export type PagedResult = Extract<JobResult, { kind: 'paged' }>;

/** A paged result with a total. */
export function pagedResult(
  key: string,
  list: RecordList,
  scalars: { readonly before?: Scalars; readonly after?: Scalars } = {},
): PagedResult {
  return {
    kind: 'paged',
    key,
    list,
    before: scalars.before ?? {},
    after: scalars.after ?? {},
    hasTotal: true,
    defaultWindow: null,
  };
}
