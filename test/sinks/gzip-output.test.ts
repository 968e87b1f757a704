import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { csvFormat } from '../../src/sinks/csv-sink.js';
import { ndjsonFormat } from '../../src/sinks/ndjson-sink.js';
import { encode, sinkOptions } from './part-in-memory.js';
import { PartOnDisk } from './part-on-disk.js';
import { MANY_ROWS_COLUMNS, manyRows } from './table-fixtures.js';

const WINDOWS = [manyRows(4_000), manyRows(1, 4_000), [], manyRows(3_000, 4_001)];
const parts: PartOnDisk[] = [];

afterEach(async () => {
  for (const part of parts.splice(0)) await part.remove();
});

describe.each([csvFormat, ndjsonFormat])('$format with gzip', (format) => {
  it('ends a member with each window, and the gzip program reads them as one file', async () => {
    const plain = await encode(format, MANY_ROWS_COLUMNS, WINDOWS);
    const part = await PartOnDisk.create(`part${format.extension('gzip')}`);
    parts.push(part);
    const sink = await format.open(sinkOptions(MANY_ROWS_COLUMNS, part.write, { compression: 'gzip' }));
    const ends: number[] = [];
    for (const window of WINDOWS) {
      await sink.write(window);
      await sink.endWindow();
      ends.push(part.bytes);
    }
    await sink.finish();

    const bytes = await part.read();
    expect(gunzipSync(bytes).equals(plain)).toBe(true);
    const { stdout } = await promisify(execFile)('gzip', ['-dc', part.path], {
      encoding: 'buffer',
      maxBuffer: 1e8,
    });
    expect(stdout.equals(plain)).toBe(true);
    expect(ends[2], 'an empty window adds no member').toBe(ends[1]);
    const members = [0, ends[0], ends[1]].map((start, i) =>
      bytes.subarray(start, [ends[0], ends[1], ends[3]][i]),
    );
    expect(Buffer.concat(members.map((member) => gunzipSync(member))).equals(plain)).toBe(true);
    for (const member of members) expect(member.readUInt32LE(4), 'time in the header').toBe(0);
    expect(bytes.length).toBeLessThan(plain.length / 3);
  });

  it('gives the same bytes however its text comes and however long the disk takes', async () => {
    const rows = manyRows(40_000);
    const atOnce = await encode(format, MANY_ROWS_COLUMNS, [rows, rows], { compression: 'gzip' });
    const pieces: Buffer[] = [];
    const slow = async (written: readonly Uint8Array[]) => {
      // What is handed over must be taken in its order, whichever member was packed first.
      await new Promise((resolve) => setTimeout(resolve, (pieces.length * 7) % 5));
      pieces.push(Buffer.concat(written));
    };
    const sink = await format.open(sinkOptions(MANY_ROWS_COLUMNS, slow, { compression: 'gzip' }));
    for (const window of [rows, rows]) {
      for (let at = 0; at < window.length; at += 1_717) await sink.write(window.slice(at, at + 1_717));
      await sink.endWindow();
    }
    await sink.finish();
    expect(pieces.length, 'members in both windows').toBeGreaterThan(4);
    expect(Buffer.concat(pieces).equals(atOnce)).toBe(true);
  });

  it('is a valid file without rows', async () => {
    const bytes = await encode(format, MANY_ROWS_COLUMNS, [[]], { compression: 'gzip' });
    expect(gunzipSync(bytes).toString()).toBe(format === csvFormat ? 'vertex_id,rank,path\n' : '');
  });
});
