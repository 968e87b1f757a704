/** ES2024; Node 20 has it behind a flag (cli/memory-keeper.ts). */
type Transfer = (this: ArrayBufferLike, newLength: number) => ArrayBuffer;

/**
 * Gives the memory of a buffer back at once, where the runtime can do that (`ArrayBuffer.prototype.transfer`); views on
 * it are empty then. Small ones are left alone: Node cuts them from memory that it shares between buffers.
 */
export function freeMemory(buffer: ArrayBufferLike): void {
  if (buffer.byteLength <= Buffer.poolSize) return;
  const transfer = Reflect.get(ArrayBuffer.prototype, 'transfer') as Transfer | undefined;
  transfer?.call(buffer, 0);
}
