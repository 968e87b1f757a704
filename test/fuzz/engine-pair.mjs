import {
  chunksOf,
  compareErrors,
  compareResults,
  facts,
  onDrift,
  openPart,
  watchedOf,
} from '../decode/columnar/compare-engines.mjs';

const MAX_BYTES = 1_000_000_000;
const CSV = { delimiter: ',', nullText: '', crlf: false, bom: false, escapeFormulas: false };
/** As many plans as the corpus has, and some more; each keeps an instance of the core. */
const MAX_PAIRS = 60;
const WINDOW = { offset: 0, limit: 1 };
const WATCHED = watchedOf(0, Number.MAX_SAFE_INTEGER);

/**
 * Both engines, ready for tables in one format and used for one input after the other: making them anew takes longer
 * than what they do. An input that is refused leaves its window open, and the next takes its place, as an answer does
 * that comes after a failed attempt.
 */
class EnginePair {
  #engines;
  #case;
  #pool;
  #decoders = null;

  constructor(engines, plans, format, pool) {
    this.#engines = engines;
    this.#case = { plans, format, compression: format === 'parquet' ? 'snappy' : 'none', csv: CSV };
    this.#pool = pool;
  }

  get format() {
    return this.#case.format;
  }

  /**
   * @param cuts where the bytes are cut into chunks for the columnar engine
   * @param reference what the reference decoder made of the same bytes: `body` or `error`
   * @param damage the word for what may be wrong with the bytes; undefined where nothing is
   * @returns what differs, null if nothing does
   */
  async compare(bytes, cuts, reference, damage) {
    const test = damage === undefined ? this.#case : { ...this.#case, damage };
    const theirs = await this.#reference(reference);
    const ours = await this.#columnar({ bytes, cuts });
    if (theirs.error !== null || ours.error !== null) {
      // After anything else an export begins again, or ends.
      if (ours.error?.code !== 'PAGE_INVALID') this.#decoders = null;
      return compareErrors(this.#engines, test, ours.error, theirs.error);
    }
    this.#decoders.freeWindow(WINDOW);
    return await compareResults(test, ours, theirs);
  }

  async #reference({ body, error }) {
    if (error !== null) return { error };
    const { plans } = this.#case;
    const { createRowReader, recordsFor } = this.#engines;
    try {
      const readers = plans.map((plan) => createRowReader(plan, onDrift));
      const written = plans.map((plan, index) => {
        const rows = [];
        let offset = 0;
        for (const records of recordsFor(plan, body))
          for (const record of records) readers[index].read(record, offset++, rows);
        return rows;
      });
      return {
        error: null,
        bodies: [facts(this.#engines, this.#case, body)],
        tables: plans,
        rows: written.map(({ length }) => length),
        overflowRows: readers.map((reader) => reader.overflowRows),
        files: await this.#files((sink, index) => sink.write(written[index])),
      };
    } catch (problem) {
      return { error: problem };
    }
  }

  async #columnar(answer) {
    this.#decoders ??= new this.#engines.LocalDecoders({
      ...this.#case,
      maxAnswerBytes: MAX_BYTES,
      watched: WATCHED,
      onDrift,
      pool: this.#pool,
    });
    try {
      const body = await this.#decoders.readAnswer(chunksOf(answer), WINDOW, WINDOW);
      const bodies = [facts(this.#engines, this.#case, body)];
      const encoded = await this.#decoders.endWindow(WINDOW);
      return {
        error: null,
        bodies,
        tables: this.#case.plans,
        rows: encoded.map(({ rows }) => rows),
        overflowRows: encoded.map(({ overflowRows }) => overflowRows),
        files: await this.#files((sink, index) => sink.writeEncoded(encoded[index])),
      };
    } catch (error) {
      return { error };
    }
  }

  async #files(write) {
    const files = [];
    for (const [index, plan] of this.#case.plans.entries()) {
      const { sink, bytes } = await openPart(this.#engines, this.#case, plan);
      await write(sink, index);
      await sink.endWindow();
      await sink.finish();
      files.push(bytes());
    }
    return files;
  }
}

/** The pairs of engines that were used last. */
export class EnginePairs {
  #engines;
  #pool;
  #pairs = new Map();

  constructor(engines) {
    this.#engines = engines;
    this.#pool = new engines.BlockPool();
  }

  has(plans, format) {
    return this.#pairs.has(keyOf(plans, format));
  }

  of(plans, format) {
    const key = keyOf(plans, format);
    const pair = this.#pairs.get(key) ?? new EnginePair(this.#engines, plans, format, this.#pool);
    this.#pairs.delete(key);
    this.#pairs.set(key, pair);
    if (this.#pairs.size > MAX_PAIRS) this.#pairs.delete(this.#pairs.keys().next().value);
    return pair;
  }
}

function keyOf(plans, format) {
  return `${format} ${JSON.stringify(plans)}`;
}
