import { z } from 'zod';
import { CheckpointError } from '../../errors.js';
import type { RowGroupFacts, SinkOptions, SinkState } from '../../model.js';
import { endOfRowGroups } from './footer.js';

const count = z.int().nonnegative();
const base64 = z.base64();

/**
 * A chunk is an array to keep checkpoints small: entries, nulls, uncompressed bytes, compressed bytes, bytes of the
 * dictionary, min, max.
 */
const chunkSchema = z.tuple([
  count,
  count.nullable(),
  count,
  count,
  count,
  base64.nullable(),
  base64.nullable(),
]);
const stateSchema = z.object({
  rowGroups: z.array(z.object({ rows: count, chunks: z.array(chunkSchema) })),
});

/** The row groups so far as plain JSON. */
export function toState(rowGroups: readonly RowGroupFacts[]): SinkState {
  const state: z.input<typeof stateSchema> = {
    rowGroups: rowGroups.map((group) => ({
      rows: group.rows,
      chunks: group.chunks.map((chunk) => [
        chunk.entries,
        chunk.nulls,
        chunk.uncompressedBytes,
        chunk.compressedBytes,
        chunk.dictionaryBytes,
        chunk.bounds?.min.toString('base64') ?? null,
        chunk.bounds?.max.toString('base64') ?? null,
      ]),
    })),
  };
  return state;
}

/**
 * The row groups of a part that another sink began.
 *
 * @throws CheckpointError CHECKPOINT_INVALID when the state is not one of `toState()` or does not fit the file
 */
export function fromState(resume: NonNullable<SinkOptions['resume']>, columns: number): RowGroupFacts[] {
  const parsed = stateSchema.safeParse(resume.state);
  if (!parsed.success) throw invalid(`the row groups cannot be read: ${z.prettifyError(parsed.error)}`);
  const rowGroups = parsed.data.rowGroups.map((group): RowGroupFacts => {
    if (group.chunks.length !== columns) {
      throw invalid(`a row group has ${group.chunks.length} columns, the table has ${columns}`);
    }
    return {
      rows: group.rows,
      chunks: group.chunks.map(
        ([entries, nulls, uncompressedBytes, compressedBytes, dictionaryBytes, min, max]) => ({
          entries,
          nulls,
          uncompressedBytes,
          compressedBytes,
          dictionaryBytes,
          bounds:
            min === null || max === null
              ? null
              : { min: Buffer.from(min, 'base64'), max: Buffer.from(max, 'base64') },
        }),
      ),
    };
  });
  const bytes = endOfRowGroups(rowGroups);
  if (bytes !== resume.bytes)
    throw invalid(`the row groups end at byte ${bytes}, the part at byte ${resume.bytes}`);
  const rows = rowGroups.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== resume.rows) throw invalid(`the row groups have ${rows} rows, the part has ${resume.rows}`);
  return rowGroups;
}

function invalid(reason: string): CheckpointError {
  return new CheckpointError('CHECKPOINT_INVALID', `Cannot resume a Parquet part: ${reason}`);
}
