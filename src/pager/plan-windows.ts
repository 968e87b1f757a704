import type { Window } from '../model.js';

/**
 * Tiles `[start, total)` with windows of at most `pageSize` records. No window crosses a multiple of
 * `boundary`, so that part files can end exactly there.
 *
 * Windows depend on `total`, `pageSize` and `boundary` only, as long as `start` is itself an edge of the tiling:
 * an export that was interrupted plans the same ones again.
 */
export function* planWindows(
  start: number,
  total: number,
  pageSize: number,
  boundary: number,
): Generator<Window> {
  let offset = start;
  while (offset < total) {
    const nextBoundary = (Math.floor(offset / boundary) + 1) * boundary;
    const end = Math.min(offset + pageSize, nextBoundary, total);
    yield { offset, limit: end - offset };
    offset = end;
  }
}

/** How many windows `planWindows` gives from 0 on. */
export function countWindows(total: number, pageSize: number, boundary: number): number {
  const inOne = (records: number) => Math.ceil(records / pageSize);
  return Math.floor(total / boundary) * inOne(boundary) + inOne(total % boundary);
}
