import type { DuckDBConnection } from '@duckdb/node-api';
import { LoadError } from '../../errors.js';
import { definitions } from '../column-definitions.js';
import { checkShape, shapeError } from '../describe-shape.js';
import { LOADS_TABLE } from '../ledger-names.js';
import { checkCount, isLoaded } from '../ledger-rules.js';
import type { Loader, LoadOutcome, LoadPart, LoadSetting, LoadTable } from '../load-model.js';
import { optionalPackage } from '../optional-package.js';
import { quoteName } from '../sql-names.js';
import { checkKey, deleteReplaced } from '../upsert-key.js';
import { ChunkWriter } from './chunk-writer.js';
import { DUCKDB_TYPES } from './column-types.js';
import { toDuckdbError } from './failure.js';
import { readsExactly, selectFiles } from './file-reader.js';

type Api = typeof import('@duckdb/node-api');

/** In the temporary schema of the connection, gone with it. */
const STAGING = 'ges_export_staging';

/**
 * A file of DuckDB, made where there is none. The whole load is one transaction of it; the file is locked while it
 * runs.
 *
 * @throws LoadError `LOAD_CLIENT_MISSING`, `LOAD_BUSY`, `LOAD_REFUSED`
 */
export async function openDuckdb(path: string): Promise<Loader> {
  const api = await optionalPackage(() => import('@duckdb/node-api'), '@duckdb/node-api');
  try {
    const instance = await api.DuckDBInstance.create(path);
    const connection = await instance.connect();
    const close = async () => {
      connection.closeSync();
      instance.closeSync();
    };
    if (!(await isOnDisk(connection))) {
      await close();
      throw new LoadError('LOAD_REFUSED', `"${path}" is no database file of DuckDB`);
    }
    return {
      load: (tables, setting) => new DuckdbLoad(api, connection, setting).run(tables),
      secrets: () => [],
      close,
    };
  } catch (error) {
    throw toDuckdbError(error, `open "${path}"`);
  }
}

/** DuckDB opens a CSV or JSON file, too: as a database in memory, in which a load would be lost. */
async function isOnDisk(connection: DuckDBConnection): Promise<boolean> {
  const reader = await connection.runAndReadAll(
    'SELECT 1 FROM duckdb_databases() WHERE database_name = current_database() AND path IS NOT NULL',
  );
  return reader.currentRowCount > 0;
}

/** What the readers of DuckDB do not take, which may be right nevertheless. */
class ReaderRefusal extends Error {}

interface Target {
  readonly name: string;
  readonly schema: string;
  readonly catalog: string | null;
}

class DuckdbLoad {
  readonly #api: Api;
  readonly #connection: DuckDBConnection;
  readonly #setting: LoadSetting;

  constructor(api: Api, connection: DuckDBConnection, setting: LoadSetting) {
    this.#api = api;
    this.#connection = connection;
    this.#setting = setting;
  }

  async run(tables: readonly LoadTable[]): Promise<readonly LoadOutcome[]> {
    try {
      return await this.#transaction(tables, true);
    } catch (error) {
      if (!(error instanceof ReaderRefusal)) throw error;
      // Row by row it is taken, or refused with its place.
      return await this.#transaction(tables, false);
    }
  }

  /** @param byReaders whether files are read by DuckDB itself where its readers change nothing */
  async #transaction(tables: readonly LoadTable[], byReaders: boolean): Promise<readonly LoadOutcome[]> {
    await this.#query('begin', 'BEGIN TRANSACTION');
    try {
      const schema = await this.#findSchema();
      const ledger = `${quoteName(schema)}.${quoteName(LOADS_TABLE)}`;
      await this.#query(
        'make the ledger',
        `CREATE TABLE IF NOT EXISTS ${ledger} (table_name VARCHAR NOT NULL, load_id VARCHAR NOT NULL,
          job_id VARCHAR NOT NULL, mode VARCHAR NOT NULL, row_count BIGINT NOT NULL, loaded_at TIMESTAMPTZ NOT NULL)`,
      );
      const outcomes: LoadOutcome[] = [];
      for (const table of tables) outcomes.push(await this.#loadTable(schema, ledger, table, byReaders));
      await this.#query('commit', 'COMMIT');
      return outcomes;
    } catch (error) {
      // A commit that failed has rolled back by itself; the first error is the one to tell.
      await this.#connection.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  async #loadTable(
    schema: string,
    ledger: string,
    table: LoadTable,
    byReaders: boolean,
  ): Promise<LoadOutcome> {
    const { mode, onEvent } = this.#setting;
    const columnTypes = definitions(table.columns, quoteName, DUCKDB_TYPES).join(', ');
    const name = `${quoteName(schema)}.${quoteName(table.name)}`;
    const action = `fill the table ${name}`;
    const found = await this.#findColumns(schema, name, table);
    if (found !== null && (await this.#isLoadedBefore(ledger, name, table))) return 'already-loaded';
    onEvent({ type: 'load-started', table: table.name, rows: table.rows, files: table.parts.length });
    if (found === null) await this.#query(action, `CREATE TABLE ${name} (${columnTypes})`);
    if (mode === 'replace') await this.#query(action, `DELETE FROM ${name}`);

    const hasSameOrder =
      found === null || table.columns.every((column, index) => column.name === found[index]);
    if (hasSameOrder && mode !== 'upsert') {
      const before = await this.#count(name);
      await this.#fill(table, { name: table.name, schema, catalog: null }, byReaders);
      checkCount(`The table ${name}`, (await this.#count(name)) - before, table.rows);
    } else {
      await this.#query(action, `CREATE OR REPLACE TEMP TABLE ${STAGING} (${columnTypes})`);
      const staged = `temp.main.${STAGING}`;
      await this.#fill(table, { name: STAGING, schema: 'main', catalog: 'temp' }, byReaders);
      if (mode === 'upsert') await this.#removeOld(name, staged);
      const before = await this.#count(name);
      const columns = table.columns.map((column) => quoteName(column.name)).join(', ');
      await this.#query(action, `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${staged}`);
      checkCount(`The table ${name}`, (await this.#count(name)) - before, table.rows);
      await this.#query(action, `DROP TABLE ${staged}`);
    }
    await this.#record(ledger, table, mode === 'replace' || found === null);
    return 'loaded';
  }

  async #fill(table: LoadTable, into: Target, byReaders: boolean): Promise<void> {
    const { signal, onEvent } = this.#setting;
    for (const part of table.parts) {
      const { path, rows } = part.file;
      signal.throwIfAborted();
      const file = byReaders && readsExactly(table) ? await part.checkedPath() : null;
      const filled =
        file === null ? await this.#append(table, part, into) : await this.#read(table, part, file, into);
      checkCount(`"${path}"`, filled, rows);
      onEvent({ type: 'load-file', table: table.name, path, rows });
    }
  }

  /**
   * The rows of a file, read by DuckDB.
   *
   * @returns how many there were
   * @throws ReaderRefusal
   */
  async #read(table: LoadTable, part: LoadPart, file: string, into: Target): Promise<number> {
    const { signal } = this.#setting;
    const names = [into.catalog, into.schema, into.name].flatMap((name) => name ?? []);
    const columns = table.columns.map(({ name }) => quoteName(name)).join(', ');
    const select = selectFiles(table, [file], part.file.partition);
    const interrupt = () => this.#connection.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      const { rowsChanged } = await this.#connection.run(
        `INSERT INTO ${names.map(quoteName).join('.')} (${columns}) ${select}`,
      );
      return rowsChanged;
    } catch (cause) {
      signal.throwIfAborted();
      const error = toDuckdbError(cause, `fill the table "${table.name}"`);
      throw error instanceof LoadError && error.code === 'LOAD_SERVER_FULL'
        ? error
        : new ReaderRefusal(part.file.path, { cause });
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  /**
   * The rows of a part, value by value.
   *
   * @returns how many there were
   */
  async #append(table: LoadTable, part: LoadPart, into: Target): Promise<number> {
    const { signal } = this.#setting;
    const appender = await this.#connection.createAppender(into.name, into.schema, into.catalog);
    const writer = new ChunkWriter(this.#api, appender, table.columns);
    let appended = 0;
    try {
      for await (const batch of part.rows()) {
        signal.throwIfAborted();
        writer.append(batch);
        appended += batch.length;
      }
      appender.flushSync();
      return appended;
    } catch (error) {
      signal.throwIfAborted();
      throw toDuckdbError(error, `fill the table "${table.name}"`);
    } finally {
      appender.closeSync();
    }
  }

  async #removeOld(name: string, staged: string): Promise<void> {
    const key = this.#setting.key.map(quoteName);
    const action = `check the key of ${name}`;
    await checkKey(name, staged, key, async (sql) => (await this.#query(action, sql)).length > 0);
    await this.#query(action, deleteReplaced(name, staged, key));
  }

  async #record(ledger: string, table: LoadTable, isAlone: boolean): Promise<void> {
    const { mode } = this.#setting;
    const action = 'write the ledger';
    if (isAlone) await this.#query(action, `DELETE FROM ${ledger} WHERE table_name = $1`, [table.name]);
    await this.#query(
      action,
      `INSERT INTO ${ledger} (table_name, load_id, job_id, mode, row_count, loaded_at) VALUES ($1, $2, $3, $4, $5, now())`,
      [table.name, table.loadId, table.jobId, mode, BigInt(table.rows)],
    );
  }

  async #findSchema(): Promise<string> {
    const { schema } = this.#setting;
    if (schema === null) return 'main';
    const found = await this.#query(
      'find the schema',
      'SELECT 1 FROM duckdb_schemas() WHERE database_name = current_database() AND schema_name = $1',
      [schema],
    );
    if (found.length > 0) return schema;
    throw new LoadError('LOAD_REFUSED', `DuckDB has no schema "${schema}" in this file`);
  }

  /** The columns of the table in their order; null when there is none. */
  async #findColumns(schema: string, name: string, table: LoadTable): Promise<readonly string[] | null> {
    const action = `look at the table ${name}`;
    const where = 'database_name = current_database() AND schema_name = $1';
    const views = await this.#query(
      action,
      `SELECT 1 FROM duckdb_views() WHERE ${where} AND view_name = $2`,
      [schema, table.name],
    );
    if (views.length > 0) throw shapeError(name, 'it is not a table');
    const columns = await this.#query(
      action,
      `SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE ${where} AND table_name = $2 ORDER BY column_index`,
      [schema, table.name],
    );
    if (columns.length === 0) return null;
    checkShape(
      name,
      table.columns.map((column) => ({ name: column.name, type: DUCKDB_TYPES[column.type] })),
      columns.map((column) => ({ name: String(column['name']), type: String(column['type']) })),
    );
    return columns.map((column) => String(column['name']));
  }

  async #isLoadedBefore(ledger: string, name: string, table: LoadTable): Promise<boolean> {
    const found = await this.#query(
      'read the ledger',
      `SELECT load_id FROM ${ledger} WHERE table_name = $1 ORDER BY loaded_at`,
      [table.name],
    );
    const loads = found.map((load) => String(load['load_id']));
    return isLoaded(this.#setting.mode, table, name, { loads, countRows: () => this.#count(name) });
  }

  async #count(name: string): Promise<number> {
    const [row] = await this.#query(`count ${name}`, `SELECT count(*) AS count FROM ${name}`);
    return Number(row?.['count']);
  }

  async #query(
    action: string,
    sql: string,
    values: (string | bigint)[] = [],
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    try {
      const reader = await this.#connection.runAndReadAll(sql, values);
      return reader.getRowObjects();
    } catch (error) {
      throw toDuckdbError(error, action);
    }
  }
}
