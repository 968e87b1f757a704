import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError, SinkError } from '../../src/errors.js';
import type { Column, Compression, Row, SinkFormat } from '../../src/model.js';
import { anyTable } from './arbitrary-table.js';
import { encode, sinkOptions, throughJson } from './part-in-memory.js';
import { PartOnDisk } from './part-on-disk.js';
import { expectedTable, readBack } from './read-back.js';
import { ALL_TYPES, ALL_TYPES_ROWS, MANY_ROWS_COLUMNS, manyRows, number } from './table-fixtures.js';

/** No buffer that a sink hands over is larger: a page of 1 MiB and a header, or a batch of text. */
const MAX_HANDED_OVER_BYTES = 1.25 * 1024 * 1024;

/** What every sink owes the rest of the program, whatever the format. */
export function describeSinkContract(format: SinkFormat, compression: Compression): void {
  const name = format.format;
  const parts: PartOnDisk[] = [];

  afterEach(async () => {
    for (const part of parts.splice(0)) await part.remove();
  });

  async function createPart(): Promise<PartOnDisk> {
    const part = await PartOnDisk.create(`part-00000${format.extension(compression)}`);
    parts.push(part);
    return part;
  }

  function read(columns: readonly Column[], bytes: Buffer) {
    return readBack(name, compression, columns, bytes);
  }

  describe(`${name} with compression ${compression}`, () => {
    it('gives every type back, with nulls, empty lists and null elements', async () => {
      const bytes = await encode(format, ALL_TYPES, [ALL_TYPES_ROWS], { compression });
      expect(await read(ALL_TYPES, bytes)).toEqual(expectedTable(name, ALL_TYPES, ALL_TYPES_ROWS));
    });

    it('gives any table back', async () => {
      await fc.assert(
        fc.asyncProperty(anyTable, async ({ columns, windows }) => {
          const bytes = await encode(format, columns, windows, { compression });
          const expected = expectedTable(name, columns, windows.flat());
          const found = await read(columns, bytes);
          expect(found.rows).toEqual(expected.rows);
          if (name !== 'ndjson' || expected.rows.length > 0) expect(found.names).toEqual(expected.names);
        }),
        { numRuns: 150 },
      );
    });

    it('writes a valid part without windows, and with empty ones', async () => {
      for (const windows of [[], [[]], [[], []]]) {
        const bytes = await encode(format, MANY_ROWS_COLUMNS, windows, { compression });
        expect((await read(MANY_ROWS_COLUMNS, bytes)).rows).toEqual([]);
        if (compression !== 'none') expect(bytes.length).toBeGreaterThan(0);
      }
    });

    it('gives the same bytes however the rows of a window come', async () => {
      const rows = manyRows(5_000);
      const atOnce = await encode(format, MANY_ROWS_COLUMNS, [rows], { compression });
      const part = await createPart();
      const sink = await format.open(sinkOptions(MANY_ROWS_COLUMNS, part.write, { compression }));
      for (let start = 0, size = 1; start < rows.length; start += size, size = (size * 3) % 1_021) {
        await sink.write(rows.slice(start, start + size));
        await sink.write([]);
      }
      await sink.endWindow();
      await sink.finish();
      expect((await part.read()).equals(atOnce)).toBe(true);
    });

    it('gives the same bytes when a fresh sink goes on after any window', async () => {
      const windows = [manyRows(3_000), [], manyRows(1, 3_000), manyRows(1_000, 3_001)];
      const whole = await encode(format, MANY_ROWS_COLUMNS, windows, { compression });
      for (let stop = 1; stop <= windows.length; stop++) {
        const part = await createPart();
        const first = await format.open(sinkOptions(MANY_ROWS_COLUMNS, part.write, { compression }));
        let rows = 0;
        let state = null;
        for (const window of windows.slice(0, stop)) {
          await first.write(window);
          state = throughJson(await first.endWindow());
          rows += window.length;
        }
        const committed = part.bytes;
        await first.write(manyRows(2_500, 90_000));
        await part.write([Buffer.from('half of a window that was never committed')]);
        await part.cutBack(committed);

        const resume = { bytes: committed, rows, state };
        const options = sinkOptions(MANY_ROWS_COLUMNS, part.write, { compression });
        const second = await format.open({ ...options, resume });
        for (const window of windows.slice(stop)) {
          await second.write(window);
          await second.endWindow();
        }
        await second.finish();
        expect((await part.read()).equals(whole), `stopped after window ${stop}`).toBe(true);
      }
    });

    it('has handed over all of a window when endWindow() settles', async () => {
      const part = await createPart();
      const sink = await format.open(sinkOptions(MANY_ROWS_COLUMNS, part.write, { compression }));
      await sink.write(manyRows(300));
      await sink.endWindow();
      const bytes = part.bytes;
      for (let i = 0; i < 20; i++) await setImmediate();
      expect(part.bytes).toBe(bytes);
      await sink.finish();
      expect(part.bytes).toBe((await part.read()).length);
    });

    it('holds back while the part file is slow', async () => {
      let outstanding = 0;
      let most = 0;
      let calls = 0;
      const slowWrite = async (pieces: readonly Uint8Array[]): Promise<void> => {
        const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
        calls++;
        outstanding += bytes;
        most = Math.max(most, outstanding);
        for (let i = 0; i < 3; i++) await setImmediate();
        outstanding -= bytes;
      };
      const sink = await format.open(sinkOptions(MANY_ROWS_COLUMNS, slowWrite, { compression }));
      for (let window = 0; window < 3; window++) {
        for (let batch = 0; batch < 4; batch++) {
          await sink.write(manyRows(15_000, (window * 4 + batch) * 15_000));
          expect(outstanding).toBe(0);
        }
        await sink.endWindow();
        expect(outstanding).toBe(0);
      }
      await sink.finish();
      expect(outstanding).toBe(0);
      expect(calls).toBeGreaterThan(6);
      expect(most).toBeLessThan(MAX_HANDED_OVER_BYTES);
    });

    it('passes an error of the part file on, unchanged', async () => {
      const failure = new SinkError('SINK_DISK_FULL', 'No space left');
      const sink = await format.open(
        sinkOptions(MANY_ROWS_COLUMNS, () => Promise.reject(failure), { compression }),
      );
      const writeAll = async () => {
        for (let batch = 0; batch < 5; batch++) await sink.write(manyRows(5_000, batch * 5_000));
        await sink.endWindow();
      };
      await expect(writeAll()).rejects.toBe(failure);
    });

    it.each(misfits)('refuses $what', async ({ column, cell, message }) => {
      const columns: Column[] = [{ name: 'id', type: 'string', nullable: false }, column];
      const rows = [
        ['a', fitting(column)],
        ['b', cell],
      ] as Row[];
      const failure = await encode(format, columns, [[], rows], { compression }).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(SinkError);
      expect(failure).toMatchObject({
        code: 'ROW_TYPE_MISMATCH',
        message,
        details: { row: 2, column: column.name },
      });
    });

    it('refuses a row with too few or too many cells', async () => {
      for (const row of [
        ['a', null],
        ['a', null, null, null],
      ]) {
        const failure = await encode(format, MANY_ROWS_COLUMNS, [[row]], { compression }).catch(
          (error: unknown) => error,
        );
        expect(failure).toMatchObject({
          code: 'ROW_TYPE_MISMATCH',
          message: `Row 1 has ${row.length} cells: expected 3`,
        });
      }
    });

    it('counts rows on from a resumed part in its messages', async () => {
      const part = await createPart();
      const options = sinkOptions(MANY_ROWS_COLUMNS, part.write, { compression });
      const first = await format.open(options);
      await first.write(manyRows(10));
      const state = await first.endWindow();
      const second = await format.open({ ...options, resume: { bytes: part.bytes, rows: 10, state } });
      await expect(second.write([[null, null, null]])).rejects.toThrow(
        'Row 11, column "vertex_id": expected string, got null',
      );
    });

    it('refuses a table without columns', async () => {
      await expect(encode(format, [], [], { compression })).rejects.toBeInstanceOf(ConfigError);
    });
  });
}

const misfits = [
  misfit('null in a column that is not nullable', 'string', null, 'expected string, got null', false),
  misfit('a number as text', 'string', number(1), 'expected string or null, got 1'),
  misfit('text as a number', 'double', 'NaN', 'expected double or null, got "NaN"'),
  misfit('a number beyond double', 'double', number('1e999'), 'expected double or null, got 1e999'),
  misfit(
    'an integer that a double rounds',
    'double',
    number('9007199254740993'),
    'expected double or null, got 9007199254740993',
  ),
  misfit('a fraction as an integer', 'int64', number('1.0'), 'expected int64 or null, got 1.0'),
  misfit(
    'an integer above 64 bits',
    'int64',
    number('9223372036854775808'),
    'expected int64 or null, got 9223372036854775808',
  ),
  misfit(
    'an integer below 64 bits',
    'int64',
    number('-9223372036854775809'),
    'expected int64 or null, got -9223372036854775809',
  ),
  misfit('a number as boolean', 'boolean', number(0), 'expected boolean or null, got 0'),
  misfit('a scalar as a list', 'list<string>', 'a', 'expected list<string> or null, got "a"'),
  misfit(
    'a wrong element of a list',
    'list<int64>',
    [number(1), 'b'],
    'expected list<int64> or null, got [1,"b"]',
  ),
  misfit('a list as a scalar', 'string', ['a'], 'expected string or null, got ["a"]'),
] as const;

function misfit(what: string, type: Column['type'], cell: Row[number], reason: string, nullable = true) {
  return {
    what,
    column: { name: 'x "y"', type, nullable },
    cell,
    message: `Row 2, column "x \\"y\\"": ${reason}`,
  };
}

function fitting(column: Column): Row[number] {
  return column.nullable ? null : '';
}
