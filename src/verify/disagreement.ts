/** What kind of fact does not agree. */
type DisagreementKind =
  /** The manifest contradicts itself, or names what cannot be. */
  | 'manifest'
  /** Offsets leave a gap or overlap. */
  | 'tiling'
  | 'missing'
  | 'size'
  | 'hash'
  | 'rows'
  /** Column names or types in the file are not those of the manifest. */
  | 'schema'
  /** A cell cannot be read as its column's type. */
  | 'data'
  /** A file that the manifest does not name, where readers would find it. */
  | 'unnamed'
  /** The server gives other records. */
  | 'remote';

/** One fact in which files, manifest or server disagree. */
export interface Disagreement {
  readonly kind: DisagreementKind;
  /** The file, relative to the output folder, `/` between names; null where it is about more than one. */
  readonly path: string | null;
  /** A whole sentence without its full stop, on one line. */
  readonly message: string;
}

const SHOWN_CHARS = 80;

/** A piece of a file or of an answer as it can stand in a message: on one line, cut, quoted where it is text. */
export function shown(text: string): string {
  const cut = text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
