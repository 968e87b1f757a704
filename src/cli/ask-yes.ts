import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Asks a question that only `y` or `yes` agrees to; the end of the input is a no. */
export async function askYes(question: string, input: Readable, output: Writable): Promise<boolean> {
  const lines = createInterface({ input, output });
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.once('close', () => resolve(''));
      lines.question(`${question} [y/N] `, resolve);
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
