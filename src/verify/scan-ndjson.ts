import type { Column, StoredFile } from '../model.js';
import type { FileLayout } from './file-layout.js';
import { ndjsonRow } from './ndjson-rows.js';
import { PassedRows } from './passed-rows.js';
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
  const passed = new PassedRows(columns);
  const lines = new LineScan(columns, isBare, passed);
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
      passed.tell(judge);
      judge.judge(() => ndjsonRow(line, columns, layout));
      at = lineEnd + 1;
    }
    passed.tell(judge);
    return end;
  });
}

/** Lines that are plainly right. */
class LineScan {
  readonly #kinds: Uint8Array;
  /** What stands before each value: `{"id":`, then `,"label":`. */
  readonly #prefixes: readonly Buffer[];
  readonly #suffix: number;
  readonly #passed: PassedRows;

  constructor(columns: readonly Column[], isBare: boolean, passed: PassedRows) {
    this.#kinds = Uint8Array.from(columns, ({ type }) => kindOf(type));
    this.#prefixes = columns.map(({ name }, index) =>
      Buffer.from(isBare ? '' : `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`),
    );
    this.#suffix = isBare ? 0 : 1;
    this.#passed = passed;
  }

  /** The end of the line that begins at `start`, behind its line feed; DOUBT where it is not plainly right. */
  line(bytes: Uint8Array, start: number): number {
    let at = start;
    this.#passed.beginRow();
    for (let index = 0; index < this.#prefixes.length; index++) {
      const prefix = this.#prefixes[index] as Buffer;
      for (let char = 0; char < prefix.length; char++) if (bytes[at++] !== prefix[char]) return DOUBT;
      if (isNull(bytes, at)) {
        if (!this.#passed.addNull(index)) return DOUBT;
        at += 4;
      } else {
        at = endOfValue(bytes, at, this.#kinds[index] as number);
        if (at === DOUBT) return DOUBT;
      }
    }
    if (this.#suffix === 1 && bytes[at++] !== CLOSE_BRACE) return DOUBT;
    if (bytes[at] !== LINE_FEED) return DOUBT;
    this.#passed.pass();
    return at + 1;
  }
}
