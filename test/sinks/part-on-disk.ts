import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A part file as an export keeps it: bytes appended, cut back to what was committed before it goes on. */
export class PartOnDisk {
  readonly path: string;
  readonly #folder: string;
  readonly #file: FileHandle;
  bytes: number;

  private constructor(folder: string, path: string, file: FileHandle) {
    this.#folder = folder;
    this.path = path;
    this.#file = file;
    this.bytes = 0;
  }

  static async create(name: string): Promise<PartOnDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'ges-export-sink-'));
    const path = join(folder, name);
    return new PartOnDisk(folder, path, await open(path, 'w+'));
  }

  readonly write = async (pieces: readonly Uint8Array[]): Promise<void> => {
    for (const piece of pieces) {
      await this.#file.write(piece, 0, piece.length, this.bytes);
      this.bytes += piece.length;
    }
  };

  async cutBack(bytes: number): Promise<void> {
    await this.#file.truncate(bytes);
    this.bytes = bytes;
  }

  read(): Promise<Buffer> {
    return readFile(this.path);
  }

  async remove(): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true });
  }
}
