import { basename, dirname, join } from 'node:path';

/** The names that finished part files have within the folder of their table, or in partitions `column=value` below. */
const PART_NAME = /^([^/=]+=[^/]+\/)*part-\d{5,}\.[a-z.]+$/;

export function isPartName(name: string): boolean {
  return PART_NAME.test(name);
}

/** The name of a part in progress: readers' globs skip names that begin with a dot. */
export function openName(path: string): string {
  return join(dirname(path), `.${basename(path)}.open`);
}
