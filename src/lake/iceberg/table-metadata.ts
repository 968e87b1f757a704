import { z } from 'zod';
import { TableError } from '../../errors.js';
import { isJsonArray, JsonNumber, JsonObject, type JsonValue, stringifyJson } from '../../json-value.js';
import type { TableFiles } from '../table-model.js';

export const METADATA_FOLDER = 'metadata';

/** Where readers without a catalog look for the last version first. */
export const HINT_PATH = `${METADATA_FOLDER}/version-hint.text`;
/** What Hadoop keeps beside it on a disk: the checksum of the hint that it wrote itself. */
export const HINT_CHECKSUM_PATH = `${METADATA_FOLDER}/.version-hint.text.crc`;

/** Reads JSON without rounding: IDs of snapshots have up to 63 bits. */
export type ParseJson = (text: string) => JsonValue;

const field = z.looseObject({
  id: z.number(),
  name: z.string(),
  required: z.boolean(),
  type: z.unknown(),
});
const partitionField = z.looseObject({
  name: z.string(),
  'source-id': z.number(),
  'field-id': z.number(),
  transform: z.string(),
});
const snapshotId = z.union([z.string(), z.number()]);

/** As much of the metadata as appending needs, with numbers as doubles. */
const metadataSchema = z.looseObject({
  'format-version': z.literal(2, { error: 'is not 2' }),
  location: z.string(),
  'last-sequence-number': z.number(),
  'last-column-id': z.number(),
  'last-updated-ms': z.number(),
  'current-schema-id': z.number(),
  schemas: z.array(
    z.looseObject({
      'schema-id': z.number(),
      fields: z.array(field),
      'identifier-field-ids': z.array(z.number()).optional(),
    }),
  ),
  'default-spec-id': z.number(),
  'partition-specs': z.array(z.looseObject({ 'spec-id': z.number(), fields: z.array(partitionField) })),
  'current-snapshot-id': snapshotId.nullish(),
  snapshots: z
    .array(
      z.looseObject({
        'snapshot-id': snapshotId,
        'manifest-list': z.string().optional(),
        summary: z.record(z.string(), z.string()).optional(),
      }),
    )
    .optional(),
});

/** One version of a table: what is needed of it, and all of it. */
export interface TableMetadata {
  readonly version: number;
  readonly known: z.infer<typeof metadataSchema>;
  readonly whole: JsonObject;
}

const VERSION_NAME = /^v(\d+)\.metadata\.json$/;

export function metadataPath(version: number): string {
  return `${METADATA_FOLDER}/v${version}.metadata.json`;
}

/**
 * Reads the last version of a table that lives without a catalog (Iceberg spec, "File System Tables").
 *
 * @returns null where there is none
 * @throws TableError `TABLE_FORMAT` when it cannot be continued
 */
export async function readTableMetadata(
  files: TableFiles,
  parseJson: ParseJson,
): Promise<TableMetadata | null> {
  const names = await files.listNames(METADATA_FOLDER);
  // Hadoop keeps hidden checksums beside files of a disk.
  const others = names.find((name) => /^[^.].*\.metadata\.json/.test(name) && !VERSION_NAME.test(name));
  if (others !== undefined)
    throw broken(files, `"${others}" is there: the table is kept by a catalog, or its metadata is packed`);
  const versions = names.flatMap((name) => VERSION_NAME.exec(name)?.[1] ?? []).map(Number);
  if (versions.length === 0) {
    if (names.includes('version-hint.text')) throw broken(files, 'it holds no version that can be read');
    return null;
  }
  const version = Math.max(...versions);
  const text = await files.loadText(metadataPath(version));
  if (text === null) throw broken(files, `version ${version} has gone while it was read`);
  return parseMetadata(files, version, text, parseJson);
}

function parseMetadata(
  files: TableFiles,
  version: number,
  text: string,
  parseJson: ParseJson,
): TableMetadata {
  let whole: JsonValue;
  try {
    whole = parseJson(text);
  } catch (cause) {
    throw broken(files, `version ${version} is not JSON`, cause);
  }
  const parsed = metadataSchema.safeParse(JSON.parse(text));
  if (!parsed.success || !(whole instanceof JsonObject)) {
    const issue = parsed.error?.issues[0];
    const what = issue === undefined ? 'is no object' : `${issue.path.join('.')} ${issue.message}`;
    throw broken(files, `version ${version}: ${what}`);
  }
  return { version, known: parsed.data, whole };
}

/** The object with some members in place of those of the same name; others follow at its end. */
export function withMembers(object: JsonObject, members: Readonly<Record<string, JsonValue>>): JsonObject {
  const keys = [...object.keys.filter((key) => !(key in members)), ...Object.keys(members)];
  return new JsonObject(
    keys,
    keys.map((key) => (key in members ? members[key] : object.get(key)) as JsonValue),
  );
}

/** What an array of the metadata holds; none where it is left out. */
export function itemsOf(object: JsonObject, key: string): readonly JsonValue[] {
  const value = object.get(key);
  return isJsonArray(value) ? value : [];
}

/** Plain data as a JSON value; bigints keep their digits. */
export function toJsonValue(value: unknown): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return new JsonNumber(String(value));
  if (value instanceof JsonNumber || value instanceof JsonObject) return value;
  if (Array.isArray(value)) return value.map(toJsonValue);
  const entries = Object.entries(value as object).filter(([, member]) => member !== undefined);
  return new JsonObject(
    entries.map(([key]) => key),
    entries.map(([, member]) => toJsonValue(member)),
  );
}

/** The ID of a member as text, with all its digits; null where there is none: it is left out, null or -1. */
export function idText(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  const text = stringifyJson(value);
  return text === '-1' ? null : text;
}

/** @param what is wrong with the metadata */
export function broken(files: TableFiles, what: string, cause?: unknown): TableError {
  return new TableError(
    'TABLE_FORMAT',
    `Cannot continue the table metadata in "${files.describe(METADATA_FOLDER)}": ${what}`,
    { cause },
  );
}
