import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { LoadError } from '../../errors.js';
import { STAGING_PREFIX, shortHash } from '../ledger-names.js';
import { checkCount, isLoaded } from '../ledger-rules.js';
import type {
  ClickhouseConnection,
  Loader,
  LoadOutcome,
  LoadPart,
  LoadSetting,
  LoadTable,
} from '../load-model.js';
import { backslashText, backtickName } from '../sql-names.js';
import { checkKey, nullKey, repeatedKey } from '../upsert-key.js';
import { columnList, LOAD_COLUMN } from './column-types.js';
import { CsvToBinary, isPlainCsv } from './csv-binary.js';
import { ClickhouseLedger } from './ledger.js';
import { isPlainNdjson, NdjsonToBinary } from './ndjson-binary.js';
import { ParquetToBinary } from './parquet-binary.js';
import { RowBinaryEncoder } from './row-binary.js';
import { ClickhouseSession } from './session.js';
import { describeTarget, type TargetTable } from './target-table.js';

/**
 * ClickHouse over HTTP. Rows are staged and counted, then one statement publishes a table; there is no transaction
 * over several tables.
 *
 * @throws LoadError `LOAD_CLIENT_MISSING`, `LOAD_CONNECTION`, `LOAD_REFUSED`
 */
export async function openClickhouse(connection: ClickhouseConnection): Promise<Loader> {
  const session = await ClickhouseSession.open(connection);
  return {
    async load(tables, setting) {
      const database = setting.schema ?? connection.database;
      const ledger = await ClickhouseLedger.open(session, database);
      const targets: TargetTable[] = [];
      for (const table of tables) targets.push(await describeTarget(session, database, table, setting));
      const outcomes: LoadOutcome[] = [];
      for (const target of targets)
        outcomes.push(await new TableLoad(session, database, ledger, target, setting).run());
      return outcomes;
    },
    secrets: () => [connection.password],
    close: () => session.close(),
  };
}

/** After this time without a new part the staging table of another load counts as left behind. */
const STALE_SECONDS = 3600;

class TableLoad {
  readonly #session: ClickhouseSession;
  readonly #database: string;
  readonly #ledger: ClickhouseLedger;
  readonly #target: TargetTable;
  readonly #table: LoadTable;
  readonly #setting: LoadSetting;
  readonly #stagingPrefix: string;
  readonly #staging: string;

  constructor(
    session: ClickhouseSession,
    database: string,
    ledger: ClickhouseLedger,
    target: TargetTable,
    setting: LoadSetting,
  ) {
    this.#session = session;
    this.#database = database;
    this.#ledger = ledger;
    this.#target = target;
    this.#table = target.table;
    this.#setting = setting;
    this.#stagingPrefix = `${STAGING_PREFIX}${shortHash(database, target.table.name)}_`;
    // Two loads of one table must never write to one staging table: there is no lock that would keep them apart.
    const own = `${this.#stagingPrefix}${randomBytes(6).toString('hex')}`;
    this.#staging = `${backtickName(database)}.${backtickName(own)}`;
  }

  async run(): Promise<LoadOutcome> {
    const { exists, name } = this.#target;
    const { mode, onEvent } = this.#setting;
    const table = this.#table;
    if (exists) {
      const loads = await this.#ledger.loads(table);
      const countRows = () => this.#count(name);
      if (await isLoaded(mode, table, name, { loads, countRows })) return 'already-loaded';
    }
    onEvent({ type: 'load-started', table: table.name, rows: table.rows, files: table.parts.length });
    await this.#dropStale();
    try {
      await this.#stage();
      const isAlone = mode === 'replace' || !exists;
      await this.#ledger.write(table, mode, 'publishing', isAlone);
      await this.#publish();
      await this.#ledger.write(table, mode, 'published', isAlone);
    } finally {
      await this.#drop();
    }
    return 'loaded';
  }

  async #stage(): Promise<void> {
    const { name, columns, engine, exists } = this.#target;
    const action = `make the staging table of ${name}`;
    await this.#session.command(
      action,
      exists
        ? `CREATE TABLE ${this.#staging} AS ${name}`
        : `CREATE TABLE ${this.#staging} (${columnList(columns)}) ${engine}`,
    );
    for (const part of this.#table.parts) {
      await this.#insert(part);
      this.#setting.onEvent({
        type: 'load-file',
        table: this.#table.name,
        path: part.file.path,
        rows: part.file.rows,
      });
    }
    const key = this.#setting.key.map(backtickName);
    const staged = await this.#count(this.#staging);
    if (this.#setting.mode === 'upsert') {
      if (staged < this.#table.rows) throw repeatedKey(name, key.join(', '));
      await checkKey(name, this.#staging, key, async (sql) => (await this.#rows(action, sql)).length > 0);
    }
    checkCount(`The staging table of ${name}`, staged, this.#table.rows);
  }

  async #insert(part: LoadPart): Promise<void> {
    const { columns } = this.#target;
    const names = columns.map((column) => backtickName(column.name)).join(', ');
    await this.#session.insert(
      `load "${part.file.path}"`,
      `INSERT INTO ${this.#staging} (${names}) FORMAT RowBinary`,
      Readable.from(this.#encode(part), { objectMode: false }),
      this.#setting.signal,
    );
  }

  async *#encode(part: LoadPart): AsyncIterable<Buffer> {
    const { columns } = this.#target;
    const toKeyError = () => nullKey(this.#target.name, this.#setting.key.join(', '));
    const text = isPlainCsv(this.#table) ? part.text() : null;
    if (text !== null) {
      yield* new CsvToBinary(this.#table, part, columns, toKeyError).encode(text);
      return;
    }
    const keys = this.#setting.key.map((key) => this.#table.columns.findIndex(({ name }) => name === key));
    const lines = isPlainNdjson(this.#table) ? part.text() : null;
    if (lines !== null) {
      yield* new NdjsonToBinary(this.#table, part, columns, keys, toKeyError).encode(lines);
      return;
    }
    const byColumns = new ParquetToBinary(this.#table, part, columns, toKeyError);
    const groups = byColumns.open();
    if (groups !== null) {
      yield* byColumns.encode(groups);
      return;
    }
    const encoder = new RowBinaryEncoder(columns, this.#table.loadId);
    for await (const rows of part.rows()) {
      if (rows.some((row) => keys.some((index) => row[index] === null))) throw toKeyError();
      yield* encoder.encode(rows);
    }
  }

  /** One statement, which may be repeated after a crash and then gives the same table. */
  async #publish(): Promise<void> {
    const { name, exists } = this.#target;
    const action = `fill the table ${name}`;
    const { mode, key } = this.#setting;
    const { loadId, rows } = this.#table;
    if (!exists) {
      await this.#session.command(action, `RENAME TABLE ${this.#staging} TO ${name}`);
      return;
    }
    if (rows === 0) {
      // REPLACE PARTITION refuses a source without parts.
      if (mode === 'replace')
        await this.#session.command(action, `ALTER TABLE ${name} DROP PARTITION tuple()`);
      return;
    }
    switch (mode) {
      case 'replace':
        await this.#session.command(
          action,
          `ALTER TABLE ${name} REPLACE PARTITION tuple() FROM ${this.#staging}`,
        );
        return checkCount(`The table ${name}`, await this.#count(name), rows);
      case 'append': {
        const partition = backslashText(loadId);
        await this.#session.command(
          action,
          `ALTER TABLE ${name} REPLACE PARTITION ${partition} FROM ${this.#staging}`,
        );
        const added = await this.#count(`${name} WHERE ${LOAD_COLUMN} = ${partition}`);
        return checkCount(`The table ${name}`, added, rows);
      }
      case 'upsert': {
        await this.#session.command(
          action,
          `ALTER TABLE ${name} ATTACH PARTITION tuple() FROM ${this.#staging}`,
        );
        await this.#session.command(action, `OPTIMIZE TABLE ${name} FINAL`);
        const columns = key.map(backtickName).join(', ');
        const replaced = `${name} FINAL WHERE (${columns}) IN (SELECT ${columns} FROM ${this.#staging})`;
        return checkCount(`The table ${name}`, await this.#count(replaced), rows);
      }
    }
  }

  /** What killed loads left. */
  async #dropStale(): Promise<void> {
    const database = backslashText(this.#database);
    const stale = await this.#rows(
      'look for tables of killed loads',
      `SELECT name FROM system.tables WHERE database = ${database} AND startsWith(name, ${backslashText(this.#stagingPrefix)})
        AND metadata_modification_time < now() - ${STALE_SECONDS}
        AND name NOT IN (SELECT table FROM system.parts WHERE database = ${database} AND modification_time >= now() - ${STALE_SECONDS})`,
    );
    for (const { name } of stale) {
      const table = `${backtickName(this.#database)}.${backtickName(String(name))}`;
      await this.#session.command('drop the table of a killed load', `DROP TABLE IF EXISTS ${table}`);
    }
  }

  /** The first error is the one to tell; what cannot be dropped now is dropped as stale later. */
  async #drop(): Promise<void> {
    await this.#session
      .command('drop the staging table', `DROP TABLE IF EXISTS ${this.#staging}`)
      .catch((error: unknown) => {
        if (!(error instanceof LoadError)) throw error;
      });
  }

  async #count(from: string): Promise<number> {
    const [row] = await this.#rows(`count the rows of ${from}`, `SELECT count() AS count FROM ${from}`);
    return Number(row?.['count']);
  }

  #rows(action: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return this.#session.rows(action, sql);
  }
}
