// Cuts the power: replays the recorded steps of an export up to some point on a model of a disk that keeps only what
// was synced, writes that state into a folder, and lets the command go on from there.
//
// The model: bytes of a file are safe after fsync or fdatasync of the file; names in a folder after fsync of the
// folder (fsync(2), "Calling fsync() does not necessarily ensure that the entry in the directory containing the file
// has also reached disk"). Of what was not synced nothing survives, or, for each file and each folder, any first part
// of it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

class Inode {
  safe = Buffer.alloc(0);
  /** States of the content since the last sync, oldest first. */
  states = [];

  get now() {
    return this.states.at(-1) ?? this.safe;
  }

  change(content) {
    this.states.push(content);
  }

  sync() {
    this.safe = this.now;
    this.states = [];
  }
}

class Folder {
  safe = new Map();
  states = [];

  get now() {
    return this.states.at(-1) ?? this.safe;
  }

  change(edit) {
    const next = new Map(this.now);
    edit(next);
    this.states.push(next);
  }

  sync() {
    this.safe = this.now;
    this.states = [];
  }
}

class Disk {
  root = new Folder();
  #top;

  /** `top` is the folder of the export: what is above it is there and safe. */
  constructor(top) {
    this.#top = top;
  }

  apply({ kind, path, to, data, position, length }) {
    const folder = () => this.#find(dirname(path));
    const name = basename(path);
    switch (kind) {
      case 'open': {
        const known = folder().now.get(name);
        if (known === undefined) folder().change((names) => names.set(name, new Inode()));
        return;
      }
      case 'create':
        folder().now.get(name).change(Buffer.alloc(0));
        return;
      case 'mkdir':
        this.#makeFolders(path);
        return;
      case 'writeFile': {
        const inode = this.#file(path) ?? new Inode();
        folder().change((names) => names.set(name, inode));
        inode.change(Buffer.from(data, 'base64'));
        return;
      }
      case 'write':
      case 'writev': {
        const inode = this.#file(path);
        const bytes = Buffer.from(data, 'base64');
        const at = position ?? inode.now.length;
        const next = Buffer.alloc(Math.max(inode.now.length, at + bytes.length));
        inode.now.copy(next);
        bytes.copy(next, at);
        inode.change(next);
        return;
      }
      case 'truncate':
        this.#file(path).change(Buffer.from(this.#file(path).now.subarray(0, length)));
        return;
      case 'sync':
      case 'datasync':
        this.#find(path).sync();
        return;
      case 'rename': {
        const moved = folder().now.get(name);
        const target = this.#find(dirname(to));
        if (target === folder())
          target.change((names) => names.delete(name) && names.set(basename(to), moved));
        else
          throw new Error(`A rename from folder to folder is not atomic after a power cut: ${path} to ${to}`);
        return;
      }
      case 'unlink':
      case 'rm':
      case 'rmdir':
        if (folder().now.has(name)) folder().change((names) => names.delete(name));
        return;
      default:
        throw new Error(`The model of the disk knows no "${kind}"`);
    }
  }

  /** What a machine finds when the power is back: `keep(n)` says how many of n unsynced states have survived. */
  restore(out, keep, folder = this.root) {
    mkdirSync(out, { recursive: true });
    for (const [name, entry] of survivor(folder, keep)) {
      if (entry instanceof Folder) this.restore(join(out, name), keep, entry);
      else writeFileSync(join(out, name), survivor(entry, keep));
    }
  }

  #find(path) {
    if (path === dirname(this.#top)) return ABOVE;
    if (path === this.#top) return this.root;
    const found = this.#find(dirname(path)).now.get(basename(path));
    if (found === undefined) throw new Error(`The model of the disk has no "${path}"`);
    return found;
  }

  #file(path) {
    return this.#find(dirname(path)).now.get(basename(path));
  }

  #makeFolders(path) {
    if (path === this.#top || !path.startsWith(this.#top)) return;
    this.#makeFolders(dirname(path));
    const parent = this.#find(dirname(path));
    if (!parent.now.has(basename(path))) parent.change((names) => names.set(basename(path), new Folder()));
  }
}

/** The folder above the export. */
const ABOVE = new Folder();

function survivor(item, keep) {
  const count = keep(item.states.length);
  return count === 0 ? item.safe : item.states[count - 1];
}

export function powerCuts({ bench, drawExport, faulty, whole, finish }) {
  const recorded = new Map();
  /** The steps of an undisturbed export, in the order in which they were begun. */
  const record = async (setting) => {
    const out = bench.newFolder();
    const log = `${out}.log`;
    const result = await bench.run(
      [...setting.args, ...setting.manner, '--out', out],
      faulty(out, { record: log }),
    );
    if (result.exitCode !== 0) throw new Error(`The recorded export failed: ${result.stderr}`);
    const steps = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      // Opening for writing makes the name, and empties what is there.
      .flatMap((entry) =>
        entry.kind === 'open' && entry.flags === 'w' ? [entry, { ...entry, kind: 'create' }] : [entry],
      );
    return { out, steps };
  };
  return async (dice) => {
    const setting = drawExport(dice);
    const key = setting.args.join(' ');
    recorded.set(key, recorded.get(key) ?? record(setting));
    const [{ out: top, steps }, expected] = await Promise.all([recorded.get(key), whole(setting)]);
    const disk = new Disk(top);
    const cut = dice.int(1, steps.length);
    for (const entry of steps.slice(0, cut)) disk.apply(entry);
    const manner = dice.of(['nothing', 'some', 'some', 'all']);
    const keep = { nothing: () => 0, some: (count) => dice.int(0, count), all: (count) => count }[manner];
    const out = bench.newFolder();
    disk.restore(out, keep);
    const problem = await finish(setting, out, expected);
    return (
      problem &&
      `${key}: power cut after step ${cut} of ${steps.length}, of what was not synced ${manner} survived: ${problem}`
    );
  };
}
