// Loaded into the command before anything else (`node --import`): counts the steps that change the disk, and can
// kill the process before one of them, let one fail, or record them all.
//
// FS_FAULTS is a JSON object: `{"killAt": 17}`, `{"failAt": 17, "code": "EIO"}`, `{"fail": "rename", "nth": 2,
// "code": "EIO"}`, `{"record": "/path/of/the/log"}`; `root` limits all of it to paths below a folder.
import { appendFileSync, promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';

const plan = JSON.parse(process.env.FS_FAULTS ?? '{}');
const root = resolve(plan.root ?? '/');
const real = { open: promises.open };
const paths = new WeakMap();
let steps = 0;
const calls = new Map();

const isInside = (path) => {
  const whole = resolve(String(path));
  return whole === root || whole.startsWith(root.endsWith(sep) ? root : root + sep);
};

/** One step; dies, fails, or is written down. */
function step(kind, facts) {
  steps++;
  const nth = (calls.get(kind) ?? 0) + 1;
  calls.set(kind, nth);
  if (plan.killAt === steps) process.kill(process.pid, 'SIGKILL');
  const isMine = plan.fail === undefined ? plan.failAt === steps : plan.fail === kind && plan.nth === nth;
  if (isMine) {
    if (plan.hit) appendFileSync(plan.hit, `${kind}\n`);
    const error = new Error(`${plan.code}: planted, ${kind}`);
    throw Object.assign(error, { code: plan.code, errno: -5, syscall: kind });
  }
  if (plan.record) appendFileSync(plan.record, `${JSON.stringify({ kind, ...facts })}\n`);
}

promises.open = async (path, flags = 'r', ...rest) => {
  const writes = /[wa+]/.test(String(flags));
  if (writes && isInside(path)) step('open', { path: resolve(String(path)), flags });
  const handle = await real.open(path, flags, ...rest);
  if (isInside(path)) paths.set(handle, resolve(String(path)));
  patchHandles(handle);
  return handle;
};

for (const kind of ['rename', 'link', 'symlink', 'unlink', 'rmdir', 'rm', 'mkdir', 'truncate', 'writeFile']) {
  real[kind] = promises[kind];
  promises[kind] = async (path, ...rest) => {
    if (isInside(path)) {
      const facts = { path: resolve(String(path)) };
      if (kind === 'rename') facts.to = resolve(String(rest[0]));
      if (kind === 'writeFile') facts.data = Buffer.from(rest[0]).toString('base64');
      step(kind, facts);
    }
    return real[kind](path, ...rest);
  };
}

let isPatched = false;

/** File handles have one prototype, which only a handle shows. */
function patchHandles(handle) {
  if (isPatched) return;
  isPatched = true;
  const prototype = Object.getPrototypeOf(handle);
  const patch = (kind, factsOf) => {
    const original = prototype[kind];
    prototype[kind] = async function patched(...args) {
      const path = paths.get(this);
      if (path !== undefined) step(kind, { path, ...factsOf(args) });
      return original.apply(this, args);
    };
  };
  patch('sync', () => ({}));
  patch('datasync', () => ({}));
  patch('truncate', ([length = 0]) => ({ length }));
  patch('writev', ([pieces, position = null]) => ({
    position,
    data: Buffer.concat(pieces).toString('base64'),
  }));
  patch('write', ([bytes, from = 0, length = bytes.length - from, position = null]) => ({
    position,
    data: Buffer.from(bytes.buffer, bytes.byteOffset + from, length).toString('base64'),
  }));
  patch('writeFile', ([content]) => ({ position: null, data: Buffer.from(content).toString('base64') }));
}

syncBuiltinESMExports();
process.on('exit', () => {
  if (plan.count) appendFileSync(plan.count, `${steps}\n`);
});
