import { LoadError } from '../errors.js';

/**
 * Loads a client that is not installed with this package, only when it is used.
 *
 * @param install the packages to name in the message
 * @throws LoadError `LOAD_CLIENT_MISSING`
 */
export async function optionalPackage<Module>(
  importing: () => Promise<Module>,
  install: string,
): Promise<Module> {
  try {
    return await importing();
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    if (!isMissing) throw cause;
    throw new LoadError('LOAD_CLIENT_MISSING', `A database client is not installed: npm install ${install}`, {
      cause,
    });
  }
}
