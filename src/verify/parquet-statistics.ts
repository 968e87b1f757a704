import type { Statistics } from 'hyparquet';

/**
 * Compares the statistics of a column chunk with its values: readers skip row groups by them, so wrong ones lose
 * rows without a word. Statistics that are not there claim nothing.
 *
 * @returns null when they agree
 */
export function statisticsProblem(
  values: ArrayLike<unknown>,
  statistics: Statistics | undefined,
): string | null {
  const { null_count: nulls, min_value: min, max_value: max } = statistics ?? {};
  let seenNulls = 0;
  let isBelow = false;
  let isAbove = false;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === null || value === undefined) seenNulls++;
    else {
      isBelow ||= min !== undefined && compare(value, min) < 0;
      isAbove ||= max !== undefined && compare(value, max) > 0;
    }
  }
  if (nulls !== undefined && Number(nulls) !== seenNulls)
    return `its statistics count ${nulls} nulls, it has ${seenNulls}`;
  if (isBelow) return 'it holds a value below the minimum in its statistics';
  return isAbove ? 'it holds a value above the maximum in its statistics' : null;
}

/** Text is ordered by its bytes (Parquet format, "Column Orders"). */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  const [left, right] = [a as number | bigint | boolean, b as number | bigint | boolean];
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
