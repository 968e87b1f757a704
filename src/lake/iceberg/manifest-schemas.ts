import type { AvroField, AvroSchema } from './avro.js';

const field = (id: number, name: string, type: AvroSchema): AvroField => ({ name, type, 'field-id': id });
const optional = (id: number, name: string, type: AvroSchema): AvroField => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
});
/** Avro's maps have text for keys, so those by field ID are arrays of pairs (Iceberg spec, "Avro", Maps). */
const byId = (key: number, value: number, type: AvroSchema): AvroSchema => ({
  type: 'array',
  logicalType: 'map',
  items: {
    type: 'record',
    name: `k${key}_v${value}`,
    fields: [field(key, 'key', 'int'), field(value, 'value', type)],
  },
});

/** A line of a manifest list: `manifest_file` of version 2 (Iceberg spec, "Manifest Lists"). */
export const MANIFEST_FILE_FIELDS: readonly AvroField[] = [
  field(500, 'manifest_path', 'string'),
  field(501, 'manifest_length', 'long'),
  field(502, 'partition_spec_id', 'int'),
  field(517, 'content', 'int'),
  field(515, 'sequence_number', 'long'),
  field(516, 'min_sequence_number', 'long'),
  field(503, 'added_snapshot_id', 'long'),
  field(504, 'added_files_count', 'int'),
  field(505, 'existing_files_count', 'int'),
  field(506, 'deleted_files_count', 'int'),
  field(512, 'added_rows_count', 'long'),
  field(513, 'existing_rows_count', 'long'),
  field(514, 'deleted_rows_count', 'long'),
  optional(507, 'partitions', {
    type: 'array',
    'element-id': 508,
    items: {
      type: 'record',
      name: 'r508',
      fields: [
        field(509, 'contains_null', 'boolean'),
        optional(518, 'contains_nan', 'boolean'),
        optional(510, 'lower_bound', 'bytes'),
        optional(511, 'upper_bound', 'bytes'),
      ],
    },
  }),
  optional(519, 'key_metadata', 'bytes'),
];

export const MANIFEST_LIST_SCHEMA: AvroSchema = {
  type: 'record',
  name: 'manifest_file',
  fields: MANIFEST_FILE_FIELDS,
};

/**
 * An entry of a manifest (Iceberg spec, "Manifests").
 *
 * @param partition fields of the partition tuple; none for a table without partitions
 */
export const manifestEntrySchema = (partition: readonly AvroField[]): AvroSchema => ({
  type: 'record',
  name: 'manifest_entry',
  fields: [
    field(0, 'status', 'int'),
    optional(1, 'snapshot_id', 'long'),
    optional(3, 'sequence_number', 'long'),
    optional(4, 'file_sequence_number', 'long'),
    field(2, 'data_file', {
      type: 'record',
      name: 'r2',
      fields: [
        field(134, 'content', 'int'),
        field(100, 'file_path', 'string'),
        field(101, 'file_format', 'string'),
        field(102, 'partition', { type: 'record', name: 'r102', fields: partition }),
        field(103, 'record_count', 'long'),
        field(104, 'file_size_in_bytes', 'long'),
        optional(109, 'value_counts', byId(119, 120, 'long')),
        optional(110, 'null_value_counts', byId(121, 122, 'long')),
        optional(125, 'lower_bounds', byId(126, 127, 'bytes')),
        optional(128, 'upper_bounds', byId(129, 130, 'bytes')),
      ],
    }),
  ],
});
