import { createHash } from 'node:crypto';
import type { Window } from '../model.js';

/** Long enough to compare something, short enough that many of them cost little. */
const WINDOW_RECORDS = 1000;

/**
 * `count` windows of at most 1000 records somewhere in `[0, total)`: the same for the same seed, and spread
 * evenly over all offsets. One for a result that fits in one, none for an empty one.
 */
export function randomWindows(count: number, total: number, pageSize: number, seed: number): Window[] {
  if (total === 0) return [];
  const limit = Math.min(total, pageSize, WINDOW_RECORDS);
  return Array.from({ length: limit < total ? count : 1 }, (_, index) => {
    const digest = createHash('sha256').update(`${seed}:${index}`).digest();
    return { offset: digest.readUIntBE(0, 6) % (total - limit + 1), limit };
  });
}
