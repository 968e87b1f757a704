import { createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';

/** Listens on 127.0.0.1 until the test ends; its connections end with it. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  const watch = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  server.on('connection', watch);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
}

function join(a: Socket, b: Socket): void {
  a.on('error', () => b.destroy());
  b.on('error', () => a.destroy());
  a.on('close', () => b.destroy());
  b.on('close', () => a.destroy());
  a.pipe(b);
  b.pipe(a);
}

/** A TLS server in front of a plain one: `https://127.0.0.1:PORT`. */
export async function openTls(
  target: string,
  certificate: { readonly cert: string; readonly keyPem: string },
): Promise<string> {
  const { hostname, port } = new URL(target);
  const server = createTlsServer({ cert: certificate.cert, key: certificate.keyPem }, (socket) => {
    join(socket, connect(Number(port), hostname));
  });
  return `https://127.0.0.1:${await listen(server)}`;
}

interface Proxy {
  readonly address: string;
  /** First lines of the requests that it got: `CONNECT host:port` or `GET http://…`. */
  readonly seen: string[];
}

/**
 * An HTTP proxy (RFC 9110, 7.3.2 and 9.3.6): tunnels, and requests with whole addresses.
 *
 * @param login `user:password` that it wants
 * @param status with which it refuses every tunnel
 */
export async function openProxy(
  options: { readonly login?: string; readonly status?: number } = {},
): Promise<Proxy> {
  const seen: string[] = [];
  const { login, status } = options;
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  const knows = (asked: IncomingMessage) => asked.headers['proxy-authorization'] === wanted;
  const server = createHttpServer((asked, answer) => {
    seen.push(`${asked.method} ${asked.url}`);
    if (!knows(asked)) {
      answer.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end();
      return;
    }
    const { 'proxy-authorization': _, ...headers } = asked.headers;
    const passed = request(asked.url ?? '', { method: asked.method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  server.on('connect', (asked: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${asked.url}`);
    const refusal = status ?? (knows(asked) ? undefined : 407);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${asked.url}`);
    const target = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      join(socket, target);
    });
    target.on('error', () => socket.destroy());
  });
  return { address: `http://127.0.0.1:${await listen(server)}`, seen };
}
