import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { LoadCell } from '../../src/load/load-model.js';
import type { Column } from '../../src/model.js';
import { failureOf, test } from '../cli/export-test.js';
import { type CommandResult, type RunningCommand, startCommand } from '../cli/run-command.js';
import { COLUMNS, loadedRow, ROWS, SMALL_COLUMNS, smallRows } from './load-fixtures.js';
import { type MadeExport, makeExport } from './make-export.js';

/** One database of a test: where it is, and how it is looked at. */
interface Database {
  /** What follows `load` and `--load`. */
  readonly args: (exported: string) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The cells of a table in the order of `columns`, sorted by the first; null when there is no such table. */
  read(table: string, columns: readonly Column[]): Promise<LoadCell[][] | null>;
  /** Statements in the dialect of the engine. */
  run(sql: string): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** A database that no other test uses, in a folder that is gone at the end of the test. */
  open(folder: string): Promise<Database>;
  readonly tableOfOtherShape: string;
  /** Whether tables of one export appear together. */
  readonly isTransactional: boolean;
}

let tables = 0;

/** A name that no other test of the file has. */
function tableName(): string {
  tables++;
  return `t ${tables} 表"q`;
}

/** What every loader promises, whatever the database. */
export function loaderContract(engine: Engine): void {
  const load = (database: Database, exported: string, ...flags: readonly string[]): Promise<CommandResult> =>
    startCommand(['load', ...database.args(exported), ...flags], { env: database.env }).ended;

  const loaded = async (
    database: Database,
    exported: string,
    ...flags: readonly string[]
  ): Promise<string> => {
    const { exitCode, stderr } = await load(database, exported, ...flags);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    return stderr;
  };

  const small = (count: number, first: number, jobId: string, parts = 3): MadeExport => {
    const rows = smallRows(count, first);
    const size = Math.ceil(rows.length / parts);
    return {
      format: 'csv',
      jobId,
      tables: [
        {
          name: 'small',
          columns: SMALL_COLUMNS,
          parts: Array.from({ length: parts }, (_, index) => rows.slice(index * size, (index + 1) * size)),
        },
      ],
    };
  };
  const smallCells = (count: number, first: number): LoadCell[][] =>
    sorted(smallRows(count, first).map((row) => loadedRow(row, SMALL_COLUMNS)));

  describe(`load ${engine.name}`, () => {
    test.concurrent.for([
      ['csv', 'none', {}],
      ['csv', 'gzip', { delimiter: ';', nullText: 'NULL', crlf: true, bom: true }],
      ['ndjson', 'none', {}],
      ['ndjson', 'gzip', {}],
      ['parquet', 'snappy', {}],
      ['parquet', 'gzip', {}],
    ] as const)('every value of every type, from %s %s', async ([format, compression, csv], { folder }) => {
      const database = await engine.open(folder);
      const table = tableName();
      const parts = [ROWS.slice(0, 7), ROWS.slice(7), []];
      const exported = join(folder, 'export');
      await makeExport(exported, {
        format,
        compression,
        csv,
        tables: [{ name: 'all', columns: COLUMNS, parts }],
      });
      await loaded(database, exported, '--table', table);
      expect(await database.read(table, COLUMNS)).toEqual(ROWS.map((row) => loadedRow(row, COLUMNS)));
    });

    test.concurrent.for([',', ';', '\t', '|', '，'])(
      'plain CSV with "%s" between cells',
      async (delimiter, { folder }) => {
        const database = await engine.open(folder);
        const table = tableName();
        const columns = COLUMNS.filter((column) => !column.type.startsWith('list<'));
        const rows = ROWS.map((row) => row.filter((_, index) => columns.includes(COLUMNS[index] as Column)));
        const exported = join(folder, 'export');
        await makeExport(exported, {
          format: 'csv',
          csv: { delimiter, bom: true },
          tables: [{ name: 'plain', columns, parts: [rows] }],
        });
        await loaded(database, exported, '--table', table);
        expect(await database.read(table, columns)).toEqual(rows.map((row) => loadedRow(row, columns)));
      },
    );

    test.concurrent('one column: null and empty text stay apart, or are refused', async ({ folder }) => {
      const database = await engine.open(folder);
      const column: Column = { name: 'only', type: 'string', nullable: true };
      const made = (csv: MadeExport['csv']): MadeExport => ({
        format: 'csv',
        ...(csv === undefined ? {} : { csv }),
        tables: [{ name: 'one', columns: [column], parts: [[[null], [''], ['\\.'], ['x']]] }],
      });
      const table = tableName();
      await makeExport(join(folder, 'told'), made({ nullText: '\\N' }));
      await loaded(database, join(folder, 'told'), '--table', table);
      expect(new Set((await database.read(table, [column]))?.flat())).toEqual(
        new Set([null, '', '\\.', 'x']),
      );

      await makeExport(join(folder, 'untold'), made({}));
      const other = tableName();
      const failure = failureOf(await load(database, join(folder, 'untold'), '--table', other, '--quiet'));
      expect(failure.exitCode).toBe(2);
      expect(failure.line).toMatch(/does not tell null from empty text/);
      expect(await database.read(other, [column])).toBeNull();
    });

    test.concurrent('an export without rows, then one with rows, then none again', async ({ folder }) => {
      const database = await engine.open(folder);
      const table = tableName();
      await makeExport(join(folder, 'none'), small(0, 0, 'none', 1));
      await makeExport(join(folder, 'some'), small(9, 0, 'some'));
      await loaded(database, join(folder, 'none'), '--table', table);
      expect(await database.read(table, SMALL_COLUMNS)).toEqual([]);
      await loaded(database, join(folder, 'some'), '--table', table);
      expect(await database.read(table, SMALL_COLUMNS)).toEqual(smallCells(9, 0));
      await loaded(database, join(folder, 'none'), '--table', table);
      expect(await database.read(table, SMALL_COLUMNS)).toEqual([]);
    });

    test.concurrent('replace: twice loaded, once there; another export takes its place', async ({
      folder,
    }) => {
      const database = await engine.open(folder);
      const table = tableName();
      await makeExport(join(folder, 'a'), small(100, 0, 'a'));
      await makeExport(join(folder, 'b'), small(100, 50, 'b'));
      for (const [from, first] of [
        ['a', 0],
        ['b', 50],
        ['a', 0],
      ] as const) {
        expect(await loaded(database, join(folder, from), '--table', table)).toMatch(/^Done: table/m);
        expect(await database.read(table, SMALL_COLUMNS)).toEqual(smallCells(100, first));
        expect(await loaded(database, join(folder, from), '--table', table)).toMatch(
          /^Already loaded: table/m,
        );
        expect(await database.read(table, SMALL_COLUMNS)).toEqual(smallCells(100, first));
      }
    });

    test.concurrent('append: exports stand side by side, each of them once', async ({ folder }) => {
      const database = await engine.open(folder);
      const table = tableName();
      await makeExport(join(folder, 'a'), small(40, 0, 'a'));
      await makeExport(join(folder, 'b'), small(60, 40, 'b'));
      const append = ['--table', table, '--mode', 'append'];
      await loaded(database, join(folder, 'a'), ...append);
      await loaded(database, join(folder, 'b'), ...append);
      expect(await loaded(database, join(folder, 'a'), ...append)).toMatch(/^Already loaded/m);
      expect(await loaded(database, join(folder, 'b'), ...append)).toMatch(/^Already loaded/m);
      expect(await database.read(table, SMALL_COLUMNS)).toEqual(smallCells(100, 0));
    });

    test.concurrent('upsert: rows with the same key are replaced', async ({ folder }) => {
      const database = await engine.open(folder);
      const table = tableName();
      const columns: readonly Column[] = [
        { name: 'id', type: 'string', nullable: true },
        { name: 'value', type: 'string', nullable: true },
      ];
      const made = (jobId: string, rows: readonly (readonly [string, string | null])[]): MadeExport => ({
        format: 'ndjson',
        jobId,
        tables: [{ name: 'u', columns, parts: [rows] }],
      });
      await makeExport(
        join(folder, 'a'),
        made('a', [
          ['1', 'one'],
          ['2', 'two'],
          ['3', null],
        ]),
      );
      await makeExport(
        join(folder, 'b'),
        made('b', [
          ['2', 'TWO'],
          ['3', 'three'],
          ['四', ''],
        ]),
      );
      await makeExport(
        join(folder, 'twice'),
        made('c', [
          ['5', 'x'],
          ['5', 'y'],
        ]),
      );
      const upsert = ['--table', table, '--mode', 'upsert', '--key', 'id'];
      await loaded(database, join(folder, 'a'), ...upsert);
      await loaded(database, join(folder, 'b'), ...upsert);
      const both = [
        ['1', 'one'],
        ['2', 'TWO'],
        ['3', 'three'],
        ['四', ''],
      ];
      expect(await database.read(table, columns)).toEqual(both);
      expect(await loaded(database, join(folder, 'b'), ...upsert)).toMatch(/^Already loaded/m);
      expect(await loaded(database, join(folder, 'a'), ...upsert)).toMatch(/^Already loaded/m);
      const failure = failureOf(await load(database, join(folder, 'twice'), ...upsert, '--quiet'));
      expect(failure).toEqual({ exitCode: 1, line: expect.stringMatching(/The key .*id.* is not unique/) });
      expect(await database.read(table, columns)).toEqual(both);
    });

    test.concurrent('a table of another shape is named and left alone', async ({ folder }) => {
      const database = await engine.open(folder);
      await database.run(engine.tableOfOtherShape);
      await makeExport(join(folder, 'a'), small(5, 0, 'a'));
      const result = await load(database, join(folder, 'a'), '--table', 'other_shape', '--quiet');
      expect(failureOf(result)).toEqual({
        exitCode: 2,
        line: expect.stringMatching(/^The table .*other_shape.* has another shape: its column "分数" is /),
      });
    });

    test.concurrent('a damaged part leaves what was there', async ({ folder }) => {
      const database = await engine.open(folder);
      const table = tableName();
      await makeExport(join(folder, 'a'), small(50, 0, 'a'));
      await makeExport(join(folder, 'b'), small(50, 7, 'b'));
      await loaded(database, join(folder, 'a'), '--table', table);
      const part = join(folder, 'b/small/part-00002.csv');
      const text = await readFile(part, 'utf8');
      await writeFile(part, text.replace('v55', 'v99'));
      const changed = failureOf(await load(database, join(folder, 'b'), '--table', table, '--quiet'));
      expect(changed).toEqual({ exitCode: 5, line: expect.stringMatching(/part-00002\.csv" has changed/) });
      await writeFile(part, text);
      await appendFile(part, text.slice(text.indexOf('\n') + 1));
      const grown = failureOf(await load(database, join(folder, 'b'), '--table', table, '--quiet'));
      expect(grown).toEqual({
        exitCode: 5,
        line: expect.stringMatching(/part-00002\.csv" has \d+ bytes, not/),
      });
      expect(await database.read(table, SMALL_COLUMNS)).toEqual(smallCells(50, 0));
      await writeFile(part, text);
      await loaded(database, join(folder, 'b'), '--table', table);
      expect(await database.read(table, SMALL_COLUMNS)).toEqual(smallCells(50, 7));
    });

    test.concurrent('several tables of one export', async ({ folder }) => {
      const database = await engine.open(folder);
      const [first, second] = [tableName(), tableName()];
      const made = (jobId: string, start: number): MadeExport => ({
        format: 'parquet',
        jobId,
        tables: [
          { name: first, columns: SMALL_COLUMNS, parts: [smallRows(10, start)] },
          { name: second, columns: SMALL_COLUMNS, parts: [smallRows(10, start + 5)] },
        ],
      });
      await makeExport(join(folder, 'a'), made('a', 0));
      await loaded(database, join(folder, 'a'));
      expect(await database.read(first, SMALL_COLUMNS)).toEqual(smallCells(10, 0));
      expect(await database.read(second, SMALL_COLUMNS)).toEqual(smallCells(10, 5));
      if (!engine.isTransactional) return;
      await makeExport(join(folder, 'b'), made('b', 100));
      await writeFile(join(folder, 'b', second, 'part-00000.parquet'), 'gone');
      expect(failureOf(await load(database, join(folder, 'b'), '--quiet')).exitCode).toBe(5);
      expect(await database.read(first, SMALL_COLUMNS)).toEqual(smallCells(10, 0));
    });

    test.concurrent('killed at any moment: all or nothing, and the next load completes', async ({
      folder,
    }) => {
      const database = await engine.open(folder);
      const table = tableName();
      const COUNT = 30_000;
      const OLD = 1000;
      await makeExport(join(folder, 'old'), small(OLD, 0, 'old'));
      await loaded(database, join(folder, 'old'), '--table', table);
      let before = OLD;
      let killed = 0;
      for (let round = 0; round < 6; round++) {
        const exported = join(folder, `new-${round}`);
        const count = COUNT + round;
        await makeExport(exported, small(count, 5, `new-${round}`, 6));
        const running = startCommand(['load', ...database.args(exported), '--table', table], {
          env: database.env,
        });
        // From the first line, "Loading table", to the one of the last file, and a little after it.
        if ((await killAtLine(running, 1 + Math.floor(Math.random() * 7))) === 'SIGKILL') killed++;
        const found = (await database.read(table, SMALL_COLUMNS))?.length;
        expect([before, count]).toContain(found);
        // Every other time the killed load is done again, else the next one finds what it left.
        if (round % 2 === 0) await loaded(database, exported, '--table', table);
        before = round % 2 === 0 ? count : (found as number);
      }
      expect(killed).toBeGreaterThanOrEqual(1);
      await makeExport(join(folder, 'last'), small(COUNT, 11, 'last', 6));
      await loaded(database, join(folder, 'last'), '--table', table);
      expect(await database.read(table, SMALL_COLUMNS)).toEqual(smallCells(COUNT, 11));
    });
  });
}

/** Kills a command a moment after a line on standard error; it may have ended by itself before. */
async function killAtLine({ child, ended }: RunningCommand, line: number): Promise<NodeJS.Signals | null> {
  let lines = 0;
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    lines += chunk.toString().split('\n').length - 1;
    if (lines >= line) timer ??= setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
  });
  const { signal } = await ended;
  clearTimeout(timer);
  return signal;
}

/** By the text of the first cell, as the databases are asked to. */
function sorted(rows: LoadCell[][]): LoadCell[][] {
  return rows.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}
