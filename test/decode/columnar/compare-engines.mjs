// Runs a case of random-case.mjs through both engines and says where they differ. Plain JavaScript, see there.
import * as zlib from 'node:zlib';
import { parquetMetadata, parquetRead } from 'hyparquet';
import thrift from 'parquetjs-lite/gen-nodejs/parquet_types.js';
import util from 'parquetjs-lite/lib/util.js';
import { damaged } from './random-case.mjs';

const MAX_BYTES = 1_000_000_000;

class Broken extends Error {}

class Drifted extends Error {
  constructor({ table, offset, misfits }) {
    super(`drift in ${table}`);
    this.table = table;
    this.offset = offset;
    this.misfits = misfits;
  }
}

export function onDrift(drift) {
  throw new Drifted(drift);
}

/** The chunks of an answer; with `end`, the connection breaks at that byte. */
export async function* chunksOf({ bytes, cuts }, end = null) {
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    const isBreaking = end !== null && to > end;
    // Copies, so that a chunk that is kept by mistake shows; and not at the beginning of their memory.
    yield Buffer.concat([
      Buffer.from('?'),
      bytes.subarray(from, isBreaking ? end : to),
      Buffer.from('?'),
    ]).subarray(1, -1);
    if (isBreaking) break;
    from = to;
  }
  if (end !== null) throw new Broken('the connection broke');
}

export async function openPart(engines, test, plan) {
  const pieces = [];
  const sink = await engines.sinkFormats[test.format].open({
    columns: plan.columns,
    compression: test.compression,
    csv: test.csv,
    write: async (written) => {
      // What is written may be used again at once.
      pieces.push(Buffer.concat(written));
    },
  });
  return { sink, bytes: () => Buffer.concat(pieces) };
}

/** More partitions than a table may have: both engines find out, but not at the same record. */
class TooManyPartitions extends Error {}

/** The part files of one table: one, or one a partition in the order in which they begin. */
class Parts {
  #engines;
  #test;
  #plan;
  #dealer;
  /** By partition: the plan of its rows, the sink and its bytes. */
  #parts = new Map();

  static async open(engines, test, plan) {
    const parts = new Parts(engines, test, plan);
    if (plan.partitionBy === undefined) await parts.#part('', plan.columns);
    return parts;
  }

  constructor(engines, test, plan) {
    this.#engines = engines;
    this.#test = test;
    this.#plan = plan;
    this.#dealer =
      plan.partitionBy === undefined ? null : new engines.RowDealer(plan.columns, plan.partitionBy);
  }

  async write(rows) {
    if (this.#dealer === null) return (await this.#part('')).write(rows);
    for (const { partition, rows: dealt } of this.#dealer.deal(rows))
      await (await this.#partOf(partition)).write(dealt);
  }

  async writeEncoded(encoded) {
    if (this.#dealer === null) return (await this.#part('')).writeEncoded(encoded);
    const rows = encoded.partitions.reduce((sum, block) => sum + block.rows, 0);
    if (rows !== encoded.rows) throw new Error(`${rows} of ${encoded.rows} rows were dealt out`);
    for (const block of encoded.partitions) await (await this.#partOf(block.partition)).writeEncoded(block);
  }

  async endWindow() {
    for (const { sink } of this.#parts.values()) await sink.endWindow();
  }

  async finish() {
    const tables = [];
    const files = [];
    for (const [key, { columns, sink, bytes }] of this.#parts) {
      await sink.finish();
      tables.push({ ...this.#plan, name: `${this.#plan.name}${key}`, columns });
      files.push(bytes());
    }
    return { tables, files };
  }

  #partOf(partition) {
    const { columns, partitionBy } = this.#plan;
    return this.#part(JSON.stringify(partition), this.#engines.storedColumns(columns, partitionBy));
  }

  async #part(key, columns) {
    const known = this.#parts.get(key);
    if (known !== undefined) return known.sink;
    if (this.#parts.size === this.#engines.MAX_PARTITIONS) throw new TooManyPartitions();
    const part = await openPart(this.#engines, this.#test, { columns });
    this.#parts.set(key, { columns, ...part });
    return part.sink;
  }
}

/** Offsets of some single records and some runs of them, in an answer of so many. */
export function watchedOf(offset, count) {
  return Array.from({ length: Math.min(count, 1000) }, (_, index) => offset + index).filter(
    (watched) => watched % 7 < 2 || watched % 5 === 0,
  );
}

function watchedIn({ windows }) {
  const offsets = windows.flatMap(({ answers }) =>
    answers.flatMap(({ offset, bytes }) => watchedOf(offset, bytes.length)),
  );
  return [...new Set(offsets)].sort((one, other) => one - other);
}

/** What an answer says besides its rows. */
export function facts(engines, test, body, offset = 0) {
  const { stringifyJson } = engines;
  const planned = new Set(test.plans.map((plan) => plan.list));
  return {
    bytes: body.bytes,
    envelope: stringifyJson(body.envelope),
    lists: body.lists.map((list) => ({
      key: list.key,
      count: list.count,
      // No more than this can be told apart.
      digests: [
        list.digest(0, Math.min(1, list.count)),
        list.digest(Math.max(0, list.count - 1), list.count),
      ],
      marks: watchedOf(offset, list.count).map((watched) => list.mark(watched - offset)),
      records: planned.has(list.key)
        ? null
        : [...list.batches()].flat().map((record) => stringifyJson(record)),
    })),
  };
}

/** Decoders in this thread. */
const inThisThread = (engines, options) =>
  new engines.LocalDecoders({ ...options, pool: new engines.BlockPool() });

/** Decoders in worker threads, which need a build. */
const inWorkers = (engines, options) => new engines.WorkerDecoders(2, options);

/**
 * @param open the decoders: `inThisThread` or `inWorkers`
 * @returns what came out: `files` (bytes) and what plan the rows of each have (`tables`), for each plan `rows` and
 *   `overflowRows`, and `bodies`; or `error`
 */
export async function runColumnar(engines, test, open = inThisThread) {
  const result = { bodies: [], tables: [], files: [], rows: [], overflowRows: [], error: null };
  const { plans, format, compression, csv } = test;
  const watched = watchedIn(test);
  const decoders = open(engines, {
    plans,
    format,
    compression,
    csv,
    maxAnswerBytes: MAX_BYTES,
    watched,
    onDrift,
  });
  try {
    const parts = await Promise.all(test.plans.map((plan) => Parts.open(engines, test, plan)));
    for (const { answers } of test.windows) {
      const planned = { offset: answers[0].offset, limit: answers[0].limit };
      for (const answer of answers) {
        for (const end of answer.breaks) await tryBroken(decoders, planned, answer, end);
        const asked = { offset: answer.offset, limit: answer.limit };
        const body = await decoders.readAnswer(chunksOf(answer), planned, asked);
        result.bodies.push(facts(engines, test, body, answer.offset));
      }
      const encoded = await decoders.endWindow(planned);
      for (const [index, part] of parts.entries()) {
        result.rows[index] = (result.rows[index] ?? 0) + encoded[index].rows;
        result.overflowRows[index] = (result.overflowRows[index] ?? 0) + encoded[index].overflowRows;
        await part.writeEncoded(encoded[index]);
        await part.endWindow();
      }
      decoders.freeWindow(planned);
    }
    await finishAll(parts, result);
  } catch (error) {
    result.error = error;
  } finally {
    await decoders.close();
  }
  return result;
}

/** An attempt that breaks off. Damage or drift before the break may show first. */
async function tryBroken(decoders, planned, answer, end) {
  const asked = { offset: answer.offset, limit: answer.limit };
  try {
    await decoders.readAnswer(chunksOf(answer, end), planned, asked);
  } catch (error) {
    if (error instanceof Broken || error instanceof Drifted || error.code !== undefined) return;
    throw error;
  }
  throw new Error('A broken answer was taken');
}

async function runReference(engines, test) {
  const result = { bodies: [], tables: [], files: [], rows: [], overflowRows: [], error: null };
  try {
    const parts = await Promise.all(test.plans.map((plan) => Parts.open(engines, test, plan)));
    const readers = test.plans.map((plan) => engines.createRowReader(plan, onDrift));
    const pool = new engines.BufferPool();
    result.rows = test.plans.map(() => 0);
    for (const { answers } of test.windows) {
      for (const answer of answers) {
        const body = await engines.decodeBody(chunksOf(answer), MAX_BYTES, pool);
        result.bodies.push(facts(engines, test, body, answer.offset));
        for (const [index, plan] of test.plans.entries()) {
          let { offset } = answer;
          for (const records of engines.recordsFor(plan, body)) {
            const rows = [];
            for (const record of records) readers[index].read(record, offset++, rows);
            result.rows[index] += rows.length;
            await parts[index].write(rows);
          }
        }
        body.release();
      }
      for (const part of parts) await part.endWindow();
    }
    result.overflowRows = readers.map((reader) => reader.overflowRows);
    await finishAll(parts, result);
  } catch (error) {
    result.error = error;
  }
  return result;
}

async function finishAll(parts, result) {
  for (const part of parts) {
    const { tables, files } = await part.finish();
    result.tables.push(...tables);
    result.files.push(...files);
  }
}

/** All of an error that users see. */
function errorText({ stringifyJson }, error) {
  if (error instanceof Drifted) return `${describe(error)}: ${stringifyJson(error.misfits)}`;
  if (error === null) return 'no error';
  const { code, message, action, details, retryable, isSizeFault } = error;
  return JSON.stringify([error.constructor.name, code, message, action, details, retryable, isSizeFault]);
}

/**
 * Compares decoders in worker threads with those in this thread: the same bytes, or the same error.
 *
 * @returns what differs, null if nothing does
 */
export async function compareWorkers(engines, test) {
  const local = await runColumnar(engines, test);
  const workers = await runColumnar(engines, test, inWorkers);
  const [here, there] = [errorText(engines, local.error), errorText(engines, workers.error)];
  if (here !== there) return `in this thread: ${here}; in workers: ${there}`;
  for (const fact of ['bodies', 'rows', 'overflowRows', 'tables']) {
    const [ours, theirs] = [JSON.stringify(workers[fact]), JSON.stringify(local[fact])];
    if (ours !== theirs) return `${fact}: ${firstDifference(ours, theirs)}`;
  }
  const index = local.files.findIndex((bytes, at) => !bytes.equals(workers.files[at]));
  return index < 0 ? null : `file ${index}: ${compareText(workers.files[index], local.files[index])}`;
}

/**
 * Compares both engines over a case.
 *
 * @returns what differs, null if nothing does; whether both refused it
 */
export async function compare(engines, test) {
  const untaken = test.plans.find((plan) => !engines.takesTable(plan));
  if (untaken !== undefined)
    return { problem: `the engine does not take the shape ${untaken.shape}`, isRefused: false };
  const reference = await runReference(engines, test);
  const columnar = await runColumnar(engines, test);
  if (reference.error !== null || columnar.error !== null) {
    return { problem: compareErrors(engines, test, columnar.error, reference.error), isRefused: true };
  }
  // An export refuses such a page, by what both engines say of its lists: its records have no place.
  if (columnar.bodies.some(namesListTwice) && reference.bodies.some(namesListTwice))
    return { problem: null, isRefused: true };
  return {
    problem: await compareResults(test, columnar, reference),
    isRefused: false,
    tables: columnar.tables,
    files: columnar.files,
  };
}

function namesListTwice({ lists }) {
  return new Set(lists.map(({ key }) => key)).size < lists.length;
}

export async function compareResults(test, columnar, reference) {
  for (const fact of ['bodies', 'rows', 'overflowRows', 'tables']) {
    const [ours, theirs] = [JSON.stringify(columnar[fact]), JSON.stringify(reference[fact])];
    if (ours !== theirs) return `${fact}: ${firstDifference(ours, theirs)}`;
  }
  for (const [index, plan] of columnar.tables.entries()) {
    const problem =
      test.format === 'parquet'
        ? await compareParquet(columnar.files[index], reference.files[index])
        : compareText(columnar.files[index], reference.files[index]);
    if (problem !== null) return `table "${plan.name}" (${plan.shape}): ${problem}`;
  }
  return null;
}

function compareText(ours, theirs) {
  return ours.equals(theirs) ? null : firstDifference(ours.toString(), theirs.toString());
}

function firstDifference(ours, theirs) {
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at++;
  const from = Math.max(0, at - 40);
  return `at ${at}: columnar ${JSON.stringify(ours.slice(from, at + 80))}, reference ${JSON.stringify(theirs.slice(from, at + 80))}`;
}

// ---- errors ---------------------------------------------------------------------------------------------------

function describe(error) {
  if (error === null) return 'no error';
  if (error instanceof Drifted) return `drift of record ${error.offset} of "${error.table}"`;
  const { code, details } = error;
  return `${error.constructor.name} ${code} at byte ${details?.byteOffset}: ${String(error.code).startsWith('PAGE_') ? error.message : error.stack}`;
}

/**
 * Both must refuse an answer for the same reason, at the same byte. They may differ where there are two reasons: the
 * columnar engine reads records while the answer arrives, so it meets a record that fits no column before damage
 * that comes later, and it meets the lists in the order of the text, not of the tables. A byte at the end of a chunk that might begin a
 * character, but stands where no text is, it calls a wrong byte instead of invalid UTF-8; and of an answer that is
 * damaged twice it names the first, where the reference engine names invalid UTF-8 anywhere before all else.
 */
export function compareErrors(engines, test, columnar, reference) {
  const differ = `columnar: ${describe(columnar)}; reference: ${describe(reference)}`;
  if (columnar === null || reference === null) return differ;
  if (columnar instanceof TooManyPartitions || reference instanceof TooManyPartitions) return null;
  const isRow = (error) => error instanceof Drifted || error.code === 'ROW_TYPE_MISMATCH';
  if (isRow(columnar) && (isRow(reference) || test.damage !== undefined)) {
    if (!(columnar instanceof Drifted && reference instanceof Drifted) || test.plans.length > 1) return null;
    const isSame =
      columnar.table === reference.table &&
      columnar.offset === reference.offset &&
      engines.stringifyJson(columnar.misfits) === engines.stringifyJson(reference.misfits);
    return isSame || test.damage !== undefined ? null : differ;
  }
  const [at, otherAt] = [columnar.details?.byteOffset, reference.details?.byteOffset];
  const isUtf8 = reference.message.includes('invalid UTF-8');
  const isEarlier = isUtf8 && test.damage !== undefined && at < otherAt;
  const isSame =
    columnar.constructor === reference.constructor &&
    columnar.code !== undefined &&
    columnar.code === reference.code &&
    (columnar.retryable === reference.retryable || isEarlier) &&
    (at === otherAt || isEarlier) &&
    (columnar.message === reference.message || isUtf8);
  return isSame ? null : differ;
}

/** What comes out of all windows of a case, cut by `cutsOf` in place of its own cuts: pieces, facts, or the error. */
async function runCut(test, decoders, cutsOf) {
  const seen = [];
  try {
    for (const { answers } of test.windows) {
      const planned = { offset: answers[0].offset, limit: answers[0].limit };
      for (const answer of answers) {
        const asked = { offset: answer.offset, limit: answer.limit };
        const cut = { bytes: answer.bytes, cuts: cutsOf(answer.bytes) };
        const body = await decoders.readAnswer(chunksOf(cut), planned, asked);
        seen.push(
          Buffer.from(JSON.stringify([body.bytes, body.lists.map(({ key, count }) => [key, count])])),
        );
      }
      for (const { overflowRows, partitions = [], ...whole } of await decoders.endWindow(planned)) {
        for (const { pieces, ...block } of [whole, ...partitions])
          seen.push(Buffer.from(JSON.stringify([block, overflowRows])), ...pieces);
      }
      // The pieces are the decoder's until here.
      seen.splice(0, seen.length, Buffer.concat(seen));
      decoders.freeWindow(planned);
    }
  } catch (error) {
    return { error, bytes: Buffer.alloc(0) };
  }
  return { error: null, bytes: Buffer.concat(seen) };
}

/**
 * Reads a case once in one piece and then with other cuts: whatever they are, the columnar engine must give the same
 * bytes, or refuse alike. One decoder reads them all.
 *
 * @param cuts one function for each time that gives the cuts for the bytes of an answer
 * @returns what differs, null if nothing does
 */
export async function compareCuts(engines, test, cuts) {
  const { plans, format, compression, csv } = test;
  const watched = watchedIn(test);
  const options = { plans, format, compression, csv, watched, maxAnswerBytes: MAX_BYTES, onDrift };
  let decoders = inThisThread(engines, options);
  const whole = await runCut(test, decoders, () => []);
  for (const cutsOf of cuts) {
    // A refusal leaves a window open.
    if (whole.error !== null) decoders = inThisThread(engines, options);
    let used = [];
    const cut = await runCut(test, decoders, (bytes) => {
      used = cutsOf(bytes);
      return used;
    });
    const isSame =
      whole.error === null || cut.error === null
        ? cut.error === whole.error && cut.bytes.equals(whole.bytes)
        : compareErrors(engines, test, cut.error, whole.error) === null;
    if (!isSame)
      return `cut at ${used.slice(0, 50)}: ${describe(cut.error)}, in one piece: ${describe(whole.error)}`;
  }
  return null;
}

/** Damages the last answer of a case, each time anew, and compares what both engines make of it. */
export async function compareDamaged(engines, test, seed, times) {
  const windows = test.windows.slice(0, 1).map(({ answers }) => ({ answers: answers.slice(0, 1) }));
  const [answer] = windows[0].answers;
  for (let i = 0; i < times; i++) {
    const damage = damaged(seed + i, answer.bytes);
    const broken = { ...answer, ...damage, breaks: [] };
    const { problem } = await compare(engines, {
      ...test,
      damage: damage.kind,
      windows: [{ answers: [broken] }],
    });
    if (problem !== null)
      return { problem: `${damage.kind}: ${problem}`, bytes: damage.bytes, cuts: damage.cuts };
  }
  return null;
}

// ---- Parquet --------------------------------------------------------------------------------------------------

/** For hyparquet, which unpacks only Snappy by itself. */
export const UNPACKERS = {
  GZIP: (packed) => zlib.gunzipSync(packed),
  ZSTD: (packed) => zlib.zstdDecompressSync(packed),
};

const utf8 = (bytes) => (bytes === undefined ? undefined : Buffer.from(bytes).toString());
/** hyparquet's own text decoder drops a byte order mark at the start of a text. */
const PARSERS = { jsonFromBytes: utf8, stringFromBytes: utf8 };

/** Rows and footer of a Parquet file, read with hyparquet. */
export async function readParquetFile(bytes) {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const metadata = parquetMetadata(file, { parsers: PARSERS });
  let rows = [];
  await parquetRead({
    file,
    metadata: numberedColumns(metadata),
    compressors: UNPACKERS,
    parsers: PARSERS,
    onComplete: (read) => {
      rows = read;
    },
  });
  return { rows, metadata };
}

/** hyparquet drops a byte order mark at the start of a name, too, and finds a column by its name. Each has one leaf. */
function numberedColumns(metadata) {
  let column = 0;
  let left = 0;
  const schema = metadata.schema.map((element, index) => {
    if (index === 0) return element;
    const isColumn = left === 0;
    left += (element.num_children ?? 0) - (isColumn ? 0 : 1);
    return isColumn ? { ...element, name: String(column++) } : element;
  });
  const groups = metadata.row_groups.map((group) => ({
    ...group,
    columns: group.columns.map(({ meta_data: facts, ...chunk }, leaf) => ({
      ...chunk,
      meta_data: { ...facts, path_in_schema: [String(leaf), ...facts.path_in_schema.slice(1)] },
    })),
  }));
  return { ...metadata, schema, row_groups: groups };
}

/** Text that tells apart all values that are not the same, -0 and 0 included. */
function cellText(cell) {
  if (Array.isArray(cell)) return `[${cell.map(cellText).join(',')}]`;
  if (typeof cell === 'bigint') return `${cell}n`;
  if (Object.is(cell, -0)) return '-0';
  return JSON.stringify(cell ?? null);
}

async function compareParquet(ours, theirs) {
  const columnar = await readParquetFile(ours);
  const reference = await readParquetFile(theirs);
  if (columnar.rows.length !== reference.rows.length)
    return `${columnar.rows.length} rows where the reference has ${reference.rows.length}`;
  for (const [index, row] of columnar.rows.entries()) {
    const [our, their] = [cellText([...row]), cellText([...reference.rows[index]])];
    if (our !== their) return `row ${index}: ${firstDifference(our, their)}`;
  }
  const [our, their] = [footerText(columnar.metadata), footerText(reference.metadata)];
  if (our !== their) return `footer: ${firstDifference(our, their)}`;
  return compareStatistics(columnar) ?? checkPages(ours, columnar.metadata);
}

/** What both engines must write alike in a footer: not sizes, places and encodings. */
function footerText(metadata) {
  const groups = metadata.row_groups.map(({ num_rows, columns }) => ({
    num_rows,
    columns: columns.map(({ meta_data }) => ({
      path: meta_data.path_in_schema,
      codec: meta_data.codec,
      values: meta_data.num_values,
      statistics: shownStatistics(meta_data.statistics),
    })),
  }));
  return JSON.stringify({ schema: metadata.schema, rows: metadata.num_rows, groups }, (_, value) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}

function shownStatistics(statistics) {
  if (statistics === undefined) return null;
  return Object.entries(statistics).map(([name, value]) => [
    name,
    cellText(value instanceof Uint8Array ? [...value] : value),
  ]);
}

/** Bounds and null counts against the values themselves. Texts that a reader decodes may not be UTF-8, so by bytes. */
function compareStatistics({ rows, metadata }) {
  let first = 0;
  for (const group of metadata.row_groups) {
    const count = Number(group.num_rows);
    for (const [index, { meta_data }] of group.columns.entries()) {
      const { statistics, path_in_schema, type } = meta_data;
      if (path_in_schema.length > 1) {
        if (statistics !== undefined) return 'a list has statistics';
        continue;
      }
      const cells = rows.slice(first, first + count).map((row) => row[index]);
      const values = cells.filter((cell) => cell !== undefined && cell !== null);
      if (Number(statistics.null_count) !== cells.length - values.length)
        return `null count of ${path_in_schema}`;
      if (statistics.min_value === undefined) continue;
      const order = values.map((value) => orderOf(value, type)).sort(compareOrders);
      const [least, greatest] = [order[0], order.at(-1)];
      if (compareOrders(orderOf(statistics.min_value, type), least) !== 0) return `min of ${path_in_schema}`;
      if (compareOrders(orderOf(statistics.max_value, type), greatest) !== 0)
        return `max of ${path_in_schema}`;
    }
    first += count;
  }
  return null;
}

function orderOf(value, type) {
  if (type !== 'BYTE_ARRAY') return value;
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);
}

function compareOrders(a, b) {
  if (Buffer.isBuffer(a)) return Buffer.compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sizes that the footer states must be those of the file, and pages must be of a sane size. */
function checkPages(bytes, metadata) {
  let at = 4;
  for (const { columns, total_byte_size } of metadata.row_groups) {
    let plain = 0n;
    for (const { meta_data } of columns) {
      const name = meta_data.path_in_schema.join('.');
      const begin = Number(meta_data.dictionary_page_offset ?? meta_data.data_page_offset);
      if (begin !== at) return `column ${name} begins at ${begin}, not at ${at}`;
      const end = at + Number(meta_data.total_compressed_size);
      const pages = pagesBetween(bytes, at, end);
      at = end;
      plain += meta_data.total_uncompressed_size;
      const entries = pages.reduce((sum, page) => sum + page.entries, 0);
      if (BigInt(entries) !== meta_data.num_values) return `pages of ${name} hold ${entries} values`;
      const size = pages.reduce((sum, page) => sum + page.headerBytes + page.plainBytes, 0);
      if (BigInt(size) !== meta_data.total_uncompressed_size) return `pages of ${name} have ${size} bytes`;
      const isLarge = pages.some((page) => meta_data.path_in_schema.length === 1 && page.entries > 20_000);
      if (isLarge) return `a page of ${name} holds more than 20000 rows`;
    }
    if (plain !== total_byte_size) return 'total_byte_size';
  }
  const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  return at === footer ? null : `row groups end at ${at}, the footer begins at ${footer}`;
}

/** The headers of a column's pages in the first row group. */
export function pageHeaders(bytes, column) {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { meta_data } = parquetMetadata(file).row_groups[0].columns[column];
  const begin = Number(meta_data.dictionary_page_offset ?? meta_data.data_page_offset);
  return pagesBetween(bytes, begin, begin + Number(meta_data.total_compressed_size));
}

function pagesBetween(bytes, begin, end) {
  const pages = [];
  for (let at = begin; at < end; ) {
    const header = new thrift.PageHeader();
    const headerBytes = util.decodeThrift(header, bytes.subarray(at, end));
    pages.push({
      entries: header.data_page_header?.num_values ?? 0,
      plainBytes: header.uncompressed_page_size,
      isDictionary: header.dictionary_page_header !== null,
      headerBytes,
    });
    at += headerBytes + header.compressed_page_size;
  }
  return pages;
}

// ---- engines --------------------------------------------------------------------------------------------------

/** The engines of a build: `load('./model.js')` imports a module below its root. */
export async function loadEngines(load) {
  const modules = await Promise.all(
    [
      'decode/columnar/window-decoders.js',
      'decode/columnar/workers/worker-decoders.js',
      'decode/columnar/block-store.js',
      'decode/columnar/core-plan.js',
      'decode/columnar/core.js',
      'decode/reference/decode-body.js',
      'decode/reference/buffer-pool.js',
      'decode/reference/row-reader.js',
      'sinks/sink-formats.js',
      'job-source.js',
      'partition.js',
      'row-dealer.js',
      'json-value.js',
      'cell.js',
    ].map(load),
  );
  return Object.assign({}, ...modules);
}
