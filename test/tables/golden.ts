import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { exportJob } from '../../src/export-job.js';
import { inspectJob, type JobReport } from '../../src/inspect-job.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import { json, serve } from '../client/scripted-server.js';

const GOLDEN = new URL('../golden/', import.meta.url);

/** The folders of `test/golden`; each is one answer of GES and the files that it must become. */
export const goldenCases: readonly string[] = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export interface GoldenCase {
  readonly answer: Buffer;
  /** The answer of `GET …/schema`; null where the graph has none. */
  readonly schema: Buffer | null;
  readonly columns: unknown;
  /** Status word, total, scalars and the codes of the warnings. */
  readonly manifest: unknown;
  /** Names of the tables that the case has files for. */
  readonly tables: readonly string[];
  /** The exact bytes of a table, as text. */
  readonly expected: (table: string, format: 'csv' | 'ndjson') => string;
}

export function readGoldenCase(name: string): GoldenCase {
  const folder = new URL(`${name}/`, GOLDEN);
  const entries = readdirSync(folder, { withFileTypes: true });
  return {
    answer: readFileSync(new URL('answer.json', folder)),
    schema: entries.some((entry) => entry.name === 'schema.json')
      ? readFileSync(new URL('schema.json', folder))
      : null,
    columns: JSON.parse(readFileSync(new URL('expected-columns.json', folder), 'utf8')),
    manifest: JSON.parse(readFileSync(new URL('expected-manifest.json', folder), 'utf8')),
    tables: entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name),
    expected: (table, format) => readFileSync(new URL(`${table}/expected.${format}`, folder), 'utf8'),
  };
}

type ServedAnswer = Pick<GoldenCase, 'answer' | 'schema'>;

/** A server that gives one answer to every request for a job. */
function serveAnswer({ answer, schema }: ServedAnswer) {
  return serve((request) => {
    if (!request.url.pathname.endsWith('/schema')) return { body: answer };
    return schema === null
      ? json({ errorCode: 'GES.8803', errorMessage: 'no schema' }, 404)
      : { body: schema };
  });
}

/** Looks at one answer as `inspect` does: every row of every table. */
export async function inspectAnswer(served: ServedAnswer): Promise<JobReport> {
  const { endpoint } = await serveAnswer(served);
  const connection = {
    endpoint,
    projectId: 'p1',
    graph: 'g',
    token: 't',
    tokenFile: undefined,
    maxAttempts: 1,
    requestTimeout: 60_000,
  };
  return inspectJob(connection, 'j1', 1000);
}

/** Exports one answer; the files are gone after the test. */
export async function exportAnswer(served: ServedAnswer, options: Readonly<Record<string, unknown>>) {
  const { endpoint } = await serveAnswer(served);
  const out = await mkdtemp(join(tmpdir(), 'ges-golden-'));
  onTestFinished(() => rm(out, { recursive: true }));
  const manifest = await exportJob({
    endpoint,
    projectId: 'p1',
    graph: 'g',
    token: 't',
    jobId: 'j1',
    out,
    maxAttempts: 1,
    requestTimeout: 60_000,
    wait: 0,
    ...options,
  });
  const bytes: Record<string, Buffer> = {};
  for (const table of manifest.tables) {
    bytes[table.name] = Buffer.concat(
      await Promise.all(table.files.map((file) => readFile(join(out, file.path)))),
    );
  }
  const files = Object.fromEntries(Object.entries(bytes).map(([table, part]) => [table, part.toString()]));
  const columns = Object.fromEntries(
    manifest.tables.map((table) => [
      table.name,
      table.columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
    ]),
  );
  return { manifest, bytes, files, columns, account: accountOf(manifest) };
}

/** What `expected-manifest.json` holds. */
function accountOf({ job, total, scalars, warnings }: Manifest) {
  return { status: job.status, total, scalars, warnings: warnings.map(({ code }) => code) };
}
