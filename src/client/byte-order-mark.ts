const MARK = [0xef, 0xbb, 0xbf];

/** The same bytes without the byte order mark that some servers put before JSON ("MAY ignore", RFC 8259, section 8.1). */
export function withoutMark(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const chunks = body[Symbol.asyncIterator]();
      let isBegun = false;
      return {
        next() {
          // A chunk is passed on as it comes: most answers have many.
          if (isBegun) return chunks.next();
          isBegun = true;
          return beginning(chunks);
        },
        return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}

/** The first bytes that are no mark. */
async function beginning(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  let held = new Uint8Array(0);
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) return held.length === 0 ? next : { done: false, value: held };
    const start: Uint8Array = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    const mayBeMark = MARK.every((byte, index) => index >= start.length || start[index] === byte);
    if (!mayBeMark) return { done: false, value: start };
    if (start.length >= MARK.length) return { done: false, value: start.subarray(MARK.length) };
    // The chunk may be used again by whoever gave it.
    held = Uint8Array.from(start);
  }
}
