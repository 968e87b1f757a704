import {
  type ConnectionOptions,
  resolveConnection,
  resolveStore,
  type StoreOptions,
} from './config/options.js';
import { parseText } from './decode/reference/parse-text.js';
import { below, usePlace } from './destination/open-place.js';
import type { OutputPlace } from './destination/output-place.js';
import { documentsFolder, EXPORTS_FOLDER } from './destination/table-place.js';
import { ConfigError, VerifyError } from './errors.js';
import { MANIFEST_NAME, type Manifest, SUCCESS_NAME } from './manifest/manifest.js';
import { loadManifest } from './place-documents.js';
import { checkData } from './verify/check-data.js';
import { checkFiles } from './verify/check-files.js';
import { checkSchemas } from './verify/check-schema.js';
import type { Disagreement } from './verify/disagreement.js';
import { type FileLayout, fileLayout } from './verify/file-layout.js';
import type { OpenFile } from './verify/open-file.js';
import { findUnnamed } from './verify/unnamed-files.js';
import type { RemoteReport } from './verify-remote.js';

export interface VerifyOptions {
  /** Decode every cell of every file. @default false */
  readonly readData?: boolean;
  /** Compare random windows with the server. */
  readonly remote?: {
    readonly connection: ConnectionOptions;
    /** How many windows of up to 1000 records. */
    readonly windows: number;
    /** A whole number that decides which windows. @default a random one */
    readonly seed?: number;
  };
  /** Where the object store is and who reads it, for `s3://bucket/prefix`. */
  readonly store?: StoreOptions;
  readonly signal?: AbortSignal;
}

/** What was read, and everything that does not agree. */
export interface VerifyReport {
  readonly jobId: string;
  readonly records: number;
  /** Rows, files and bytes as far as they are what the manifest says. */
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  /** With `readData`: cells that were decoded, and nulls by column, by table. */
  readonly data: {
    readonly cells: number;
    readonly nulls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  } | null;
  readonly remote: Omit<RemoteReport, 'disagreements'> | null;
  /** Empty: the export is whole. */
  readonly disagreements: readonly Disagreement[];
}

/**
 * Reads a finished export again and compares it with its manifest: every file's size, SHA-256, row count and
 * columns, the tiling of the records, the sums, and what else lies in the folders; on demand every cell, and
 * the server. Goes on after a disagreement, so that the report names all of them.
 *
 * @param out a folder, or `s3://bucket/prefix`
 * @throws VerifyError `VERIFY_FAILED` when there is no manifest to compare with
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_CONFLICT` when the connection is not that of the export
 * @throws StoreError when the store does not answer
 * @throws GesExportError as an export does, when the server does not answer
 */
export async function checkExport(out: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const settings = resolveStore(options.store ?? {});
  return await usePlace(out, settings, (place) => checkPlace(place, options), options.signal);
}

/**
 * The folders of the finished exports at a place: itself, or those that it gathers in tables.
 *
 * @param out a folder, or `s3://bucket/prefix`
 * @returns `out` alone where there is none either
 * @throws ConfigError `CONFIG_INVALID`; StoreError
 */
export async function findExports(
  out: string,
  { store = {}, signal }: VerifyOptions,
): Promise<readonly string[]> {
  const find = async (place: OutputPlace) => {
    if ((await place.loadText(MANIFEST_NAME)) !== null) return [out];
    const found: string[] = [];
    for (const name of [...(await place.listNames(EXPORTS_FOLDER))].sort()) {
      const folder = documentsFolder(name);
      if ((await place.loadText(`${folder}/${MANIFEST_NAME}`)) === null) continue;
      found.push(below(out, folder));
    }
    return found.length === 0 ? [out] : found;
  };
  return await usePlace(out, resolveStore(store), find, signal);
}

async function checkPlace(place: OutputPlace, options: VerifyOptions): Promise<VerifyReport> {
  const manifest = await loadManifest(place);
  if (manifest === null) {
    throw new VerifyError(
      'VERIFY_FAILED',
      `"${place.name}" holds no finished export: there is no ${MANIFEST_NAME}`,
    );
  }
  const layout = fileLayout(manifest.options, parseText);
  const openFile: OpenFile = (path) => place.openFile(path);
  const files = await checkFiles(openFile, manifest.total, manifest.tables);
  const disagreements = [
    ...(await checkSuccess(place)),
    ...files.disagreements,
    ...checkCounts(place.name, manifest),
    ...(await findUnnamed((folder) => place.listNames(folder), manifest.tables)),
    ...(await checkSchemas(openFile, manifest.tables, layout, files.sound)),
  ];
  const data = options.readData
    ? await checkData(openFile, manifest.tables, layout, files.sound)
    : { cells: 0, nulls: {}, disagreements: [] };
  const remote = await checkRemote(place, manifest, layout, files.sound, options);
  return {
    jobId: manifest.job.id,
    records: manifest.total,
    rows: files.rows,
    files: files.sound.size,
    bytes: files.bytes,
    data: options.readData ? { cells: data.cells, nulls: data.nulls } : null,
    remote: remote === null ? null : withoutDisagreements(remote),
    disagreements: [...disagreements, ...data.disagreements, ...(remote?.disagreements ?? [])],
  };
}

/**
 * `checkExport` for those who want to know only whether the export is whole.
 *
 * @throws VerifyError `VERIFY_FAILED`, with every disagreement in its `details`; whatever `checkExport` throws
 */
export async function verifyExport(out: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const report = await checkExport(out, options);
  const failure = failureOf(out, report);
  if (failure !== null) throw failure;
  return report;
}

/** The error that a report stands for; null where everything agrees. */
export function failureOf(out: string, { disagreements }: VerifyReport): VerifyError | null {
  const [first] = disagreements;
  if (first === undefined) return null;
  const message =
    disagreements.length === 1
      ? first.message
      : `${disagreements.length} disagreements in "${out}", the first: ${first.message}`;
  return new VerifyError('VERIFY_FAILED', message, { details: { disagreements } });
}

async function checkSuccess(place: OutputPlace): Promise<Disagreement[]> {
  if ((await place.loadText(SUCCESS_NAME)) !== null) return [];
  const message = `"${place.name}" holds no ${SUCCESS_NAME}: its export was cut off at the very end`;
  return [{ kind: 'missing', path: SUCCESS_NAME, message }];
}

function checkCounts(name: string, { total, tables, completeness }: Manifest): Disagreement[] {
  const { recordsRead, recordsDeclared, rowsInFiles, rowsDecoded } = completeness;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const agrees =
    recordsRead === total && recordsDeclared === total && rowsInFiles === rows && rowsDecoded === rows;
  if (agrees) return [];
  const message = `The manifest of "${name}" contradicts itself: its counts differ`;
  return [{ kind: 'manifest', path: MANIFEST_NAME, message }];
}

async function checkRemote(
  place: OutputPlace,
  manifest: Manifest,
  layout: FileLayout,
  paths: ReadonlySet<string>,
  options: VerifyOptions,
): Promise<RemoteReport | null> {
  if (options.remote === undefined) return null;
  const { windows, seed = Math.floor(Math.random() * 2 ** 32) } = options.remote;
  checkWholeNumber('--remote', windows, 1, 1_000_000);
  checkWholeNumber('--seed', seed, 0, Number.MAX_SAFE_INTEGER);
  const connection = resolveConnection(options.remote.connection);
  // The address may be another one by now. It is not taken from the manifest: a token goes only where its
  // owner says.
  const { projectId, graph } = manifest.source;
  if (connection.projectId !== projectId || connection.graph !== graph) {
    throw new ConfigError(
      'CONFIG_CONFLICT',
      `"${place.name}" was exported from graph "${graph}" of project ${projectId}, not from graph "${connection.graph}" of project ${connection.projectId}`,
    );
  }
  // Files alone need no client.
  const { connect } = await import('./connect.js');
  const { compareWithServer } = await import('./verify-remote.js');
  const client = connect(connection, 1);
  const signal = options.signal ?? new AbortController().signal;
  try {
    return await compareWithServer(client, (path) => place.openFile(path), manifest, layout, {
      windows,
      seed,
      paths,
      signal,
    });
  } finally {
    await client.close();
  }
}

function checkWholeNumber(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new ConfigError('CONFIG_INVALID', `${name} must be a whole number from ${min} to ${max}`);
}

function withoutDisagreements({
  disagreements: _,
  ...rest
}: RemoteReport): Omit<RemoteReport, 'disagreements'> {
  return rest;
}
