import { CommanderError } from 'commander';
import { ReaderLeft } from '../destination/stdout-part.js';
import { ERROR_CODES, GesExportError } from '../errors.js';
import { printable } from './human-text.js';

export interface Ending {
  readonly exitCode: number;
  /** Null where there is nothing to say. */
  readonly failure: {
    readonly code: string;
    readonly message: string;
    readonly action: string | null;
  } | null;
}

/** Turns whatever a command threw into an exit code and one line. */
export function endingOf(error: unknown): Ending {
  if (error instanceof ReaderLeft) return { exitCode: 0, failure: null };
  if (error instanceof CommanderError) return endingOfUsage(error);
  if (error instanceof GesExportError) {
    const { code, message, action } = error;
    return {
      exitCode: ERROR_CODES[code].exit,
      failure: { code, message: printable(message).trim(), action },
    };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    exitCode: 1,
    failure: {
      code: 'DEFECT',
      message: printable(message).trim(),
      action: 'This is a defect; run again with --debug and report it',
    },
  };
}

/** Commander writes its own text for help, versions and usage errors; only the code is left to set. */
function endingOfUsage(error: CommanderError): Ending {
  if (error.exitCode === 0) return { exitCode: 0, failure: null };
  return {
    exitCode: ERROR_CODES.CONFIG_INVALID.exit,
    failure: {
      code: 'CONFIG_INVALID',
      message: printable(error.message.replace(/^error: /, '')).trim(),
      action: null,
    },
  };
}
