import { createHash } from 'node:crypto';

const MAX_LENGTH = 64;
/** Device names that Windows gives to no file (Microsoft, "Naming Files, Paths, and Namespaces"). */
const RESERVED = /^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])$/i;

/**
 * A folder name for a table: letters, digits, `_` and `-` of any script stay, the rest becomes `_`.
 * A name that had to change gets eight hex digits of its own hash, so two names never meet in one folder.
 */
export function safeFolderName(table: string): string {
  const cleaned = clean(table);
  const isSafe =
    cleaned === table &&
    cleaned.length > 0 &&
    cleaned.length <= MAX_LENGTH &&
    !RESERVED.test(cleaned) &&
    !/^[-_]/.test(cleaned);
  return isSafe ? table : hashedFolderName(table);
}

/** Like `safeFolderName`, with the hash in any case. */
export function hashedFolderName(table: string): string {
  const cleaned = clean(table);
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 8);
  return `t${[...cleaned].slice(0, MAX_LENGTH - 16).join('')}_${hash}`;
}

function clean(table: string): string {
  return table.normalize('NFC').replace(/[^\p{L}\p{N}_-]/gu, '_');
}
