import type { FileMetaData, SchemaElement } from 'hyparquet';

/**
 * The same footer with the columns named `0`, `1`, … in their order. hyparquet finds a column by its name, and gives
 * names back without a byte order mark at their start and without lone surrogates: two columns may get the same one.
 */
export function numberedColumns(metadata: FileMetaData): FileMetaData {
  const [root, ...elements] = metadata.schema;
  if (root === undefined) return metadata;
  const schema: SchemaElement[] = [root];
  const nameOfLeaf: string[] = [];
  let column = -1;
  let left = 0;
  for (const element of elements) {
    const isColumn = left === 0;
    if (isColumn) column++;
    else left--;
    left += element.num_children ?? 0;
    schema.push(isColumn ? { ...element, name: String(column) } : element);
    if (element.type !== undefined) nameOfLeaf.push(String(column));
  }
  const groups = metadata.row_groups.map((group) => ({
    ...group,
    columns: group.columns.map((chunk, leaf) => {
      const { meta_data: facts } = chunk;
      const name = nameOfLeaf[leaf];
      if (facts === undefined || name === undefined) return chunk;
      return { ...chunk, meta_data: { ...facts, path_in_schema: [name, ...facts.path_in_schema.slice(1)] } };
    }),
  }));
  return { ...metadata, schema, row_groups: groups };
}
