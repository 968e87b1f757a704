import { isUtf8 } from 'node:buffer';

const STEP_BYTES = 64 * 1024;

/** The offset of the first byte that belongs to no valid character (RFC 3629), for bytes that hold one. */
export function firstInvalidUtf8(bytes: Buffer): number {
  let at = 0;
  for (let end = STEP_BYTES; at < bytes.length; end = at + STEP_BYTES) {
    while (((bytes[end] ?? 0) & 0xc0) === 0x80) end++;
    if (!isUtf8(bytes.subarray(at, end))) break;
    at = end;
  }
  for (;;) {
    const end = at + characterLength(bytes[at] ?? 0);
    if (!isUtf8(bytes.subarray(at, end))) return at;
    at = end;
  }
}

/** Bytes of the character that begins with `lead` (RFC 3629, section 3). */
export function characterLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
