/**
 * The form of a small JSON document as one function: it gives back what it knows of a value, or throws `NotOfShape`. What
 * a document holds beyond it is left out. The schemas of zod do more; loading them takes longer than many a load.
 */
export type Shape<T> = (value: unknown, path: string) => T;

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type Members<S extends Shapes> = { [Name in keyof S]: ReturnType<S[Name]> };
type Optional<S extends Shapes> = { [Name in keyof S]?: ReturnType<S[Name]> | undefined };

/** What is wrong, and where: names and indexes with dots between them. */
export class NotOfShape extends Error {
  constructor(path: string, expected: string) {
    super(`${path === '' ? 'content' : path}: not ${expected}`);
  }
}

export const string: Shape<string> = (value, path) => {
  if (typeof value === 'string') return value;
  throw new NotOfShape(path, 'a string');
};

export const boolean: Shape<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value;
  throw new NotOfShape(path, 'true or false');
};

/** A whole number from 0 that a double holds exactly. */
export const count: Shape<number> = (value, path) => {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new NotOfShape(path, 'a count');
};

export function oneOf<const T extends string | number>(...known: readonly T[]): Shape<T> {
  return (value, path) => {
    if (known.includes(value as T)) return value as T;
    throw new NotOfShape(path, `one of ${known.join(', ')}`);
  };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path));
}

export function arrayOf<T>(shape: Shape<T>): Shape<T[]> {
  return (value, path) => {
    if (Array.isArray(value)) return value.map((item, index) => shape(item, below(path, String(index))));
    throw new NotOfShape(path, 'an array');
  };
}

export function recordOf<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value, path) =>
    Object.fromEntries(
      Object.entries(members(value, path)).map(([name, item]) => [name, shape(item, below(path, name))]),
    );
}

/** @param optional members that may be missing */
export function objectOf<R extends Shapes, O extends Shapes = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<Members<R> & Optional<O>> {
  const shapes = Object.entries({ ...required, ...optional });
  return (value, path) => {
    const found = members(value, path);
    const known = shapes.filter(([name]) => name in required || found[name] !== undefined);
    return Object.fromEntries(
      known.map(([name, shape]) => [name, shape(found[name], below(path, name))]),
    ) as Members<R> & Optional<O>;
  };
}

function members(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new NotOfShape(path, 'an object');
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
