import type { TablePlan } from '../../../src/model.js';
import type { TestCase } from './random-case.mjs';

/** For hyparquet. */
export const UNPACKERS: Readonly<Record<'GZIP' | 'ZSTD', (packed: Uint8Array) => Uint8Array>>;

/** The exports of the modules that the comparison needs. */
export type Engines = Record<string, unknown>;

export function loadEngines(load: (path: string) => Promise<unknown>): Promise<Engines>;

export interface Result {
  /** What plan the rows of each file have. */
  readonly tables: readonly TablePlan[];
  readonly files: readonly Buffer[];
  readonly rows: readonly number[];
  readonly overflowRows: readonly number[];
  readonly error: Error | null;
}

export function runColumnar(engines: Engines, test: TestCase): Promise<Result>;

export function compare(
  engines: Engines,
  test: TestCase,
): Promise<{
  readonly problem: string | null;
  readonly isRefused: boolean;
  readonly tables?: readonly TablePlan[];
  readonly files?: readonly Buffer[];
}>;

/** `engines` must come from a build: workers run no TypeScript. */
export function compareWorkers(engines: Engines, test: TestCase): Promise<string | null>;

export function compareCuts(
  engines: Engines,
  test: TestCase,
  cuts: readonly ((bytes: Buffer) => readonly number[])[],
): Promise<string | null>;

export function compareDamaged(
  engines: Engines,
  test: TestCase,
  seed: number,
  times: number,
): Promise<{ readonly problem: string; readonly bytes: Buffer } | null>;

export function readParquetFile(bytes: Buffer): Promise<{ readonly rows: readonly unknown[][] }>;

export function pageHeaders(
  bytes: Buffer,
  column: number,
): readonly { readonly entries: number; readonly plainBytes: number; readonly isDictionary: boolean }[];
