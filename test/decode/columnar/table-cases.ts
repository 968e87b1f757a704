import { BlockPool } from '../../../src/decode/columnar/block-store.js';
import { WindowDecoder } from '../../../src/decode/columnar/window-decoder.js';
import type {
  Compression,
  Format,
  PlannedColumn,
  RecordShape,
  ScalarType,
  TablePlan,
} from '../../../src/model.js';
import { PLAIN_CSV } from '../../sinks/table-fixtures.js';
import type { TestAnswer, TestCase } from './random-case.mjs';

export function tableOf(list: string, shape: RecordShape, columns: readonly PlannedColumn[]): TablePlan {
  return { name: list, folder: list, feed: 'elements', list, shape, columns };
}

/** Records that are bare ids, in the list `ids`. */
export function idTable(type: ScalarType): TablePlan {
  return tableOf('ids', 'id', [{ name: 'id', type, nullable: false, source: 'key' }]);
}

/** An answer that holds one list of these records, cut after these bytes. */
export function answerOf(list: string, records: readonly string[], cuts: readonly number[] = []): TestAnswer {
  const bytes = Buffer.from(`{"data":{"outputs":{${JSON.stringify(list)}:[${records.join(',')}]}}}`);
  return { offset: 0, limit: 100_000, bytes, cuts, breaks: [] };
}

/** One window with these answers. */
export function caseOf(
  plan: TablePlan,
  format: Format,
  answers: readonly TestAnswer[],
  compression: Compression = 'none',
): TestCase {
  return { format, compression, csv: PLAIN_CSV, plans: [plan], windows: [{ answers }] };
}

/** A decoder for one table, which must not drift. */
export function decoderFor(plan: TablePlan, format: Format): WindowDecoder {
  return new WindowDecoder({
    plans: [plan],
    format,
    compression: 'none',
    csv: PLAIN_CSV,
    maxAnswerBytes: 1_000_000_000,
    watched: [],
    pool: new BlockPool(),
    onDrift: ({ table }) => {
      throw new Error(`drift in ${table}`);
    },
  });
}
