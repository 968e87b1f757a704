import { type ConnectionOptions, resolveReading } from './config/options.js';
import { connect } from './connect.js';
import { openJob } from './job-source.js';
import type { JsonValue } from './json-value.js';
import type { Window } from './model.js';
import { readPages } from './pager/read-pages.js';

export interface PageOptions extends ConnectionOptions {
  readonly jobId: string;
  /** Records a request, 1 to 100000. @default 100000 */
  readonly pageSize?: number;
  /** Requests in flight. @default 4 */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

/** One window of a result, parsed. */
export interface ResultPage {
  readonly offset: number;
  readonly count: number;
  /** Null where the server states none. */
  readonly total: number | null;
  /** The records of each list (`pagerank`, `vertices`, …); numbers keep their digits (`JsonNumber`). */
  readonly lists: ReadonlyMap<string, readonly JsonValue[]>;
}

/**
 * The records of a finished job, page by page in offset order, checked as an export checks them.
 *
 * At most `concurrency + 1` pages are held, however slow the loop is; leaving the loop stops the requests.
 *
 * @throws GesExportError; the signal's reason on abort
 *
 * @example
 * for await (const page of openPages({ endpoint, projectId, graph, token, jobId })) {
 *   for (const record of page.lists.get('pagerank') ?? []) console.log(stringifyJson(record));
 * }
 */
export async function* openPages(options: PageOptions): AsyncGenerator<ResultPage, void, undefined> {
  const { signal, ...given } = options;
  const { jobId, pageSize, concurrency, ...connection } = resolveReading(given);
  const client = connect(connection, concurrency);
  try {
    const job = await openJob(client, jobId, { waitMs: 0, signal });
    const { probePage, total, isPaged } = job;
    const fetchPage = (window: Window, asked: AbortSignal) => job.fetchPage(window, asked);
    const boundary = Number.MAX_SAFE_INTEGER;
    for await (const { window, answers } of readPages({
      fetchPage,
      probePage,
      total,
      startOffset: 0,
      pageSize: isPaged ? pageSize : boundary,
      boundary,
      concurrency,
      maxHeldBytes: Number.POSITIVE_INFINITY,
      maxHeldBytesFar: Number.POSITIVE_INFINITY,
      recordBytes: 0,
      signal,
    })) {
      const lists = new Map<string, JsonValue[]>();
      for (const { body } of answers) {
        for (const list of body.lists) {
          const records = lists.get(list.key) ?? [];
          for (const batch of list.batches()) records.push(...batch);
          lists.set(list.key, records);
        }
      }
      yield { offset: window.offset, count: window.limit, total, lists };
    }
  } finally {
    await client.close();
  }
}
