/** JSON as the simulator writes it; a `bigint` becomes an integer with all its digits (GES `long`, 64 bits). */
export type Encodable =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Encodable[]
  | { readonly [key: string]: Encodable };

/** Compact JSON text. Object members keep their insertion order, as `JSON.stringify` keeps it. */
export function encodeJson(value: Encodable): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(encodeJson).join(',')}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${encodeJson(member)}`,
  );
  return `{${members.join(',')}}`;
}

function isList(value: object): value is readonly Encodable[] {
  return Array.isArray(value);
}
