import { LOADS_TABLE } from '../ledger-names.js';
import type { LoadTable } from '../load-model.js';
import { backslashText, backtickName } from '../sql-names.js';
import type { ClickhouseSession } from './session.js';

/**
 * What was published, as rows that are only added: `publishing` before, `published` after. Nothing here is a
 * transaction: where the last row of a table says `publishing`, it is not known which export the table holds.
 */
export class ClickhouseLedger {
  readonly #session: ClickhouseSession;
  readonly #name: string;

  private constructor(session: ClickhouseSession, name: string) {
    this.#session = session;
    this.#name = name;
  }

  static async open(session: ClickhouseSession, database: string): Promise<ClickhouseLedger> {
    const name = `${backtickName(database)}.${backtickName(LOADS_TABLE)}`;
    await session.command(
      'make the ledger',
      `CREATE TABLE IF NOT EXISTS ${name} (table_name String, load_id String, job_id String, mode String,
        state String, is_alone UInt8, row_count UInt64, written_at_ms UInt64, loaded_at DateTime DEFAULT now())
        ENGINE = MergeTree() ORDER BY (table_name, written_at_ms)`,
    );
    return new ClickhouseLedger(session, name);
  }

  /** The loads that a table holds, the newest last. */
  async loads(table: LoadTable): Promise<readonly string[]> {
    const rows = await this.#session.rows(
      'read the ledger',
      `SELECT load_id, state, is_alone FROM ${this.#name} WHERE table_name = ${backslashText(table.name)} ORDER BY written_at_ms`,
    );
    const loads: string[] = [];
    for (const { load_id: id, state, is_alone: isAlone } of rows) {
      if (Number(isAlone) === 1) loads.length = 0;
      if (state === 'published' && !loads.includes(String(id))) loads.push(String(id));
    }
    return loads;
  }

  /** @param isAlone whether the table holds nothing of earlier loads from then on */
  async write(
    table: LoadTable,
    mode: string,
    state: 'publishing' | 'published',
    isAlone: boolean,
  ): Promise<void> {
    const values = [table.name, table.loadId, table.jobId, mode, state].map(backslashText).join(', ');
    await this.#session.command(
      'write the ledger',
      `INSERT INTO ${this.#name} (table_name, load_id, job_id, mode, state, is_alone, row_count, written_at_ms) VALUES (${values}, ${isAlone ? 1 : 0}, ${table.rows}, ${Date.now()})`,
    );
  }
}
