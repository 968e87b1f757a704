import { GesExportError, LoadError } from '../../errors.js';

/** `NOT_ENOUGH_SPACE` in the error codes of ClickHouse. */
const NOT_ENOUGH_SPACE = '243';

/** A failure of the server or of the connection as an error of ours; anything else passes through. */
export function toClickhouseError(error: unknown, action: string): unknown {
  if (error instanceof GesExportError || !(error instanceof Error)) return error;
  // Servers before 20 write "Code: 60, e.displayText() = DB::Exception: …, e.what() = DB::Exception".
  const [, oldCode, oldText] =
    /^Code: (\d+), e\.displayText\(\) = (?:DB::Exception: )*(.*?)(?:, e\.what\(\).*)?$/s.exec(
      error.message,
    ) ?? [];
  const code = oldCode ?? ('code' in error ? String(error.code) : '');
  const text = (oldText ?? error.message).split('\n')[0] ?? '';
  const message = `ClickHouse: cannot ${action}: ${text || code}`;
  if (code === NOT_ENOUGH_SPACE || /No space left on device/.test(text))
    return new LoadError('LOAD_SERVER_FULL', message, { cause: error });
  return new LoadError(/^\d+$/.test(code) ? 'LOAD_REFUSED' : 'LOAD_CONNECTION', message, { cause: error });
}
