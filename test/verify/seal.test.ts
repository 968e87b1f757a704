import { appendFileSync, readdirSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from '../../src/checkpoint/checkpoint-file.js';
import { exportJob } from '../../src/export-job.js';
import { checkExport } from '../../src/verify-export.js';
import { test } from '../cli/export-test.js';
import { serve } from '../client/scripted-server.js';

// What an export proves of its own files at its end, and of the result when it is asked again.

const RECORDS = 1500;

const record = (index: number) =>
  `{"id":"v${index}","label":"${index % 3 === 0 ? 'a' : 'b'}","properties":{}}`;

/** A job with these records, in pages. */
async function serveRecords(recordAt: (index: number) => string) {
  const { endpoint } = await serve(({ url }) => {
    if (!url.searchParams.has('offset')) return { status: 400, body: '{"errorCode":"GES.8402"}' };
    const offset = Number(url.searchParams.get('offset'));
    const count = Math.min(Number(url.searchParams.get('limit')), RECORDS - offset);
    const page = Array.from({ length: count }, (_, index) => recordAt(offset + index));
    const sizes = `"data_offset":${offset},"data_return_size":${count},"data_total_size":${RECORDS}`;
    return { body: `{"data":{"outputs":{"vertices":[${page}],${sizes}}},"status":"success"}` };
  });
  return { endpoint, projectId: 'p1', graph: 'g', token: 't', maxAttempts: 1 };
}

const DAMAGES: readonly [string, (path: string) => void, RegExp][] = [
  ['gone', (path) => unlinkSync(path), /" is missing$/],
  ['cut', (path) => truncateSync(path, 100), /" has 100 bytes, not \d+$/],
  ['longer', (path) => appendFileSync(path, 'x'), /" has \d+ bytes, not \d+$/],
  [
    'altered',
    (path) => {
      const bytes = readFileSync(path);
      bytes[60] = (bytes[60] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    },
    /" has changed: its SHA-256 is not the recorded one$/,
  ],
];

test.for(
  (['csv', 'ndjson', 'parquet'] as const).flatMap((format) =>
    DAMAGES.map(([what, damage, message]) => ({ format, what, damage, message })),
  ),
)('a $format part that is $what when all is written is no export', async (given, { folder }) => {
  const { format, damage, message } = given;
  const options = { ...(await serveRecords(record)), jobId: 'job', out: folder, format } as const;
  const exporting = exportJob(options, {
    onEvent: ({ type }) => {
      if (type === 'verifying') damage(join(folder, 'vertices', `part-00000.${format}`));
    },
  });
  await expect(exporting).rejects.toMatchObject({
    code: 'VERIFY_FAILED',
    message: expect.stringMatching(message),
  });
  expect(readdirSync(folder).sort()).toEqual(['.ges-export', 'vertices']);
});

test.for(['csv', 'parquet'] as const)(
  'a %s part that the disk does not give again is not one that is damaged',
  async (format, { folder }) => {
    const options = { ...(await serveRecords(record)), jobId: 'job', out: folder, format } as const;
    const handle = await open(folder, 'r');
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    onTestFinished(() => void vi.restoreAllMocks());
    const failing = exportJob(options, {
      onEvent: ({ type }) => {
        if (type !== 'verifying') return;
        const failure = Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'read' });
        vi.spyOn(prototype, 'read').mockRejectedValue(failure);
      },
    });
    await expect(failing).rejects.toMatchObject({
      code: 'SINK_WRITE',
      message: `Cannot read "${join(folder, `vertices/part-00000.${format}`)}": EIO`,
    });
    vi.restoreAllMocks();
    await exportJob(options);
  },
);

test.for(DAMAGES.slice(0, 3))(
  'a finished export whose part is %s is not called complete',
  async ([, damage], { folder }) => {
    const options = { ...(await serveRecords(record)), jobId: 'job', out: folder };
    await exportJob(options);
    damage(join(folder, 'vertices', 'part-00000.csv'));
    await expect(exportJob(options)).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: expect.stringMatching(/says that the export is complete, but "vertices\/part-00000\.csv" /),
    });
  },
);

test('a part that was damaged before its commit to a table is no defect of ours', async ({ folder }) => {
  const connection = await serveRecords(record);
  const options = {
    ...connection,
    jobId: 'job',
    out: folder,
    format: 'parquet',
    tableFormat: 'delta',
  } as const;
  await exportJob(options);
  await rm(join(folder, 'vertices/_delta_log'), { recursive: true });
  const [id] = readdirSync(join(folder, '_exports'));
  unlinkSync(join(folder, `_exports/${id}/_SUCCESS`));
  const part = join(folder, `vertices/${id}/part-00000.parquet`);
  writeFileSync(part, readFileSync(part).fill(0));
  await expect(exportJob(options)).rejects.toMatchObject({
    code: 'VERIFY_FAILED',
    message: expect.stringMatching(/part-00000\.parquet" has no readable Parquet footer$/),
  });
});

test('rows that were dealt out to partitions are counted before that', async ({ folder }) => {
  const options = {
    ...(await serveRecords(record)),
    jobId: 'job',
    out: folder,
    partitionBy: 'label',
    pageSize: 500,
  } as const;
  const abort = new AbortController();
  const stopped = exportJob(options, {
    signal: abort.signal,
    onEvent: ({ type }) => {
      if (type === 'progress') abort.abort(new Error('stopped'));
    },
  });
  await expect(stopped).rejects.toThrow('stopped');
  const path = join(folder, '.ges-export', 'checkpoint.json');
  const checkpoint = parseCheckpoint(await readFile(path, 'utf8'), path);
  const lost = checkpoint.tables.map((table) => ({ ...table, rows: (table.rows ?? 0) + 1 }));
  await writeFile(path, formatCheckpoint({ ...checkpoint, tables: lost }));
  await expect(exportJob(options)).rejects.toMatchObject({
    code: 'VERIFY_FAILED',
    message: `Table "vertices" has ${RECORDS} rows in its files, not ${RECORDS + 1}`,
  });
});

test('a result that begins with other records is another one, whatever the windows show', async ({
  folder,
}) => {
  const connection = await serveRecords(record);
  await exportJob({ ...connection, jobId: 'job', out: folder });
  const changed = await serveRecords((index) => record(index === 1 ? 99_999 : index));
  // These windows do not hold the record that changed.
  const remote = { connection: { ...changed }, windows: 1, seed: 1 };
  const { disagreements } = await checkExport(folder, { remote });
  expect(disagreements).toEqual([
    {
      kind: 'remote',
      path: null,
      message: 'The first records of job "job" are not those that were exported',
    },
  ]);
});

test('the address in a manifest gets no request, and so no token', async ({ folder }) => {
  const connection = await serveRecords(record);
  await exportJob({ ...connection, jobId: 'job', out: folder });
  const thief = await serve(() => ({ body: '{}' }));
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8');
  expect(text).toContain(connection.endpoint);
  await writeFile(path, text.replaceAll(connection.endpoint, thief.endpoint));
  const { disagreements, remote } = await checkExport(folder, { remote: { connection, windows: 1 } });
  expect([disagreements, remote?.windows.length, thief.seen]).toEqual([[], 1, []]);
});
