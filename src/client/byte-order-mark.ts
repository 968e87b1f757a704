const MARK = [0xef, 0xbb, 0xbf];

/** The same bytes without the byte order mark that some servers put before JSON ("MAY ignore", RFC 8259, section 8.1). */
export async function* withoutMark(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | null = new Uint8Array(0);
  for await (const chunk of body) {
    if (held === null) {
      yield chunk;
      continue;
    }
    const start: Uint8Array = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const mayBeMark = MARK.every((byte, index) => index >= start.length || start[index] === byte);
    // The chunk may be used again by whoever gave it.
    held = mayBeMark && start.length < MARK.length ? Uint8Array.from(start) : null;
    if (held === null) yield mayBeMark ? start.subarray(MARK.length) : start;
  }
  if (held !== null && held.length > 0) yield held;
}
