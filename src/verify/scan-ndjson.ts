import type { Column, StoredFile } from '../model.js';
import type { FileLayout } from './file-layout.js';
import { ndjsonRow } from './ndjson-rows.js';
import { readBlocks } from './read-blocks.js';
import type { RowJudge } from './row-judge.js';
import { DOUBT, endOfValue, isNull, kindOf } from './value-bytes.js';

const LINE_FEED = 0x0a;
const CLOSE_BRACE = 0x7d;

/**
 * Looks at every line of NDJSON as bytes: one with the keys of the columns, as JSON is written without white space, and
 * values of their types passes; every other one is read and judged.
 *
 * @throws FileProblem
 */
export async function scanNdjson(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  judge: RowJudge,
): Promise<void> {
  const isBare = layout.raw && columns.length === 1;
  const lines = new LineScan(columns, isBare);
  await readBlocks(file, (bytes, end) => {
    let at = 0;
    while (at < end) {
      const behind = lines.line(bytes, at);
      if (behind !== DOUBT) {
        at = behind;
        continue;
      }
      const lineEnd = bytes.indexOf(LINE_FEED, at);
      const line = bytes.toString('utf8', at, lineEnd);
      lines.tell(judge);
      judge.judge(() => ndjsonRow(line, columns, layout));
      at = lineEnd + 1;
    }
    lines.tell(judge);
    return end;
  });
}

/** Lines that are plainly right. */
class LineScan {
  readonly #kinds: Uint8Array;
  readonly #isNullable: Uint8Array;
  /** What stands before each value: `{"id":`, then `,"label":`. */
  readonly #prefixes: readonly Buffer[];
  readonly #suffix: number;
  readonly #nulls: Float64Array;
  /** Columns that are null in the line at hand. */
  readonly #nullColumns: Uint32Array;
  #rows = 0;

  constructor(columns: readonly Column[], isBare: boolean) {
    this.#kinds = Uint8Array.from(columns, ({ type }) => kindOf(type));
    this.#isNullable = Uint8Array.from(columns, ({ nullable }) => (nullable ? 1 : 0));
    this.#prefixes = columns.map(({ name }, index) =>
      Buffer.from(isBare ? '' : `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`),
    );
    this.#suffix = isBare ? 0 : 1;
    this.#nulls = new Float64Array(columns.length);
    this.#nullColumns = new Uint32Array(columns.length);
  }

  /** The end of the line that begins at `start`, behind its line feed; DOUBT where it is not plainly right. */
  line(bytes: Uint8Array, start: number): number {
    let at = start;
    let nulls = 0;
    for (let index = 0; index < this.#prefixes.length; index++) {
      const prefix = this.#prefixes[index] as Buffer;
      for (let char = 0; char < prefix.length; char++) if (bytes[at++] !== prefix[char]) return DOUBT;
      if (isNull(bytes, at)) {
        if (this.#isNullable[index] === 0) return DOUBT;
        this.#nullColumns[nulls++] = index;
        at += 4;
      } else {
        at = endOfValue(bytes, at, this.#kinds[index] as number);
        if (at === DOUBT) return DOUBT;
      }
    }
    if (this.#suffix === 1 && bytes[at++] !== CLOSE_BRACE) return DOUBT;
    if (bytes[at] !== LINE_FEED) return DOUBT;
    for (let index = 0; index < nulls; index++) (this.#nulls[this.#nullColumns[index] as number] as number)++;
    this.#rows++;
    return at + 1;
  }

  /** Tells what has passed since it last did. */
  tell(judge: RowJudge): void {
    judge.pass(this.#rows);
    this.#rows = 0;
    for (let index = 0; index < this.#nulls.length; index++)
      judge.addNulls(index, this.#nulls[index] as number);
    this.#nulls.fill(0);
  }
}
