import type { Engines } from './compare-engines.mjs';
import type { Random } from './random-case.mjs';

export function hardNumbers(random: Random): Generator<string>;
export function moreNumbers(random: Random): Generator<string>;
export function coreDoubles(engines: Engines): (text: string) => number;
export function doubleProblem(toDouble: (text: string) => number, text: string): string | null;
export function coreSnappy(engines: Engines): (bytes: Buffer) => Buffer;
export function randomBytes(random: Random, greatest: number): Buffer;
