import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Listens under a name for as long as this process lives, so that processes that cannot see it, in containers that share
 * its network and its host name, can tell whether it does. The name is in no folder (unix(7), abstract sockets); a
 * system without such names gives no sign.
 *
 * @returns ends it
 */
export async function giveLifeSign(name: string): Promise<() => void> {
  const server = createServer((socket) => socket.destroy()).unref();
  try {
    server.listen(socketOf(name));
    await once(server, 'listening');
  } catch {
    return () => {};
  }
  return () => void server.close();
}

/** Whether the process that gave a life sign of that name still lives; false where there is none. */
export async function hasLifeSign(name: string): Promise<boolean> {
  const socket = connect(socketOf(name));
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    // Any other failure is one of a socket that somebody holds.
    return !GONE_CODES.has(error instanceof Error && 'code' in error ? String(error.code) : '');
  } finally {
    socket.destroy();
  }
}

const GONE_CODES: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT', 'EINVAL']);

function socketOf(name: string): string {
  return `\0ges-export-${name}`;
}
