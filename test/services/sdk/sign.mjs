// Signs the requests on standard input, one JSON object a line, and prints one `authorization` a line.
import { createInterface } from 'node:readline';
import { signRequest } from '../../../dist/client/sign-request.js';

for await (const line of createInterface({ input: process.stdin })) {
  const { key, request, date } = JSON.parse(line);
  process.stdout.write(`${signRequest(key, request, new Date(date)).authorization}\n`);
}
