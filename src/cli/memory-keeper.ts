import v8 from 'node:v8';
import vm from 'node:vm';
import type { EngineName } from '../model.js';

/**
 * Settings of V8 with which an export stays small (docs/decisions/0005-memory.md); the library leaves them to its host.
 * To be called before undici is loaded.
 */
export function keepMemoryLow(): void {
  // Loading modules would let the memory for young objects grow to 48 MB, which the columnar engine never fills again.
  limitYoungObjects(true);
  // The HTTP parser of undici is one large function, whose optimisation takes 35 MB and a tenth of a second, and it sees
  // only the headers of answers.
  optimizeWebAssembly(false);
  provideTransfer();
}

/** Makes `ArrayBuffer.prototype.transfer` of Node 20, which keeps it behind a flag: new contexts have it after that. */
export function provideTransfer(): void {
  if ('transfer' in ArrayBuffer.prototype) return;
  v8.setFlagsFromString('--harmony-rab-gsab-transfer');
  const value: unknown = vm.runInNewContext('ArrayBuffer.prototype.transfer');
  Object.defineProperty(ArrayBuffer.prototype, 'transfer', { value, configurable: true, writable: true });
}

/** To be called when answers were read, and no page of records has been: what counts is when a function first runs. */
export function prepareFor(engine: EngineName): void {
  optimizeWebAssembly(true);
  // Objects of records die young, if there is room to.
  limitYoungObjects(engine === 'columnar');
}

function limitYoungObjects(isWanted: boolean): void {
  v8.setFlagsFromString(`--semi-space-growth-factor=${isWanted ? 1 : 2}`);
}

function optimizeWebAssembly(isAllowed: boolean): void {
  // The last two went off with the first.
  const allowed = '--no-liftoff-only --wasm-tier-up --wasm-dynamic-tiering';
  v8.setFlagsFromString(isAllowed ? allowed : '--liftoff-only');
}
