type Flags = Readonly<Record<string, unknown>>;

/** The flags that are options in `known`, or decide how such options are read. */
export function pickFlags(flags: Flags, known: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => known.has(name) || name === 'config'));
}
