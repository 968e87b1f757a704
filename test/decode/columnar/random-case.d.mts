import type { Compression, CsvOptions, Format, TablePlan } from '../../../src/model.js';

export class Random {
  constructor(seed: number);
  next(): number;
  below(count: number): number;
  between(least: number, greatest: number): number;
  chance(share: number): boolean;
  pick<T>(items: readonly T[]): T;
  list<T>(least: number, greatest: number, make: (index: number) => T): T[];
  shuffled<T>(items: readonly T[]): T[];
}

export interface TestAnswer {
  readonly offset: number;
  readonly limit: number;
  readonly bytes: Buffer;
  readonly cuts: readonly number[];
  readonly breaks: readonly number[];
}

export interface TestCase {
  readonly format: Format;
  readonly compression: Compression;
  readonly csv: CsvOptions;
  readonly plans: readonly TablePlan[];
  readonly windows: readonly { readonly answers: readonly TestAnswer[] }[];
}

export function randomCase(seed: number, size?: 'small' | 'large' | 'long'): TestCase;
