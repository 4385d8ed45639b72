import { GatewayError } from '../../base/errors.ts';
import { hasErrorCode } from '../../base/system-error.ts';

/** For `.catch`: an expected failure of the file system gives undefined. */
export const unless =
  (code: string) =>
  (cause: unknown): undefined => {
    if (!hasErrorCode(cause, code)) throw cause;
  };

/**
 * Runs work on a file, and says in a failure which file it was and what was tried.
 * @param deed such as `read`
 * @throws GatewayError command_failed
 */
export const explainFailure = async <Result>(
  deed: string,
  path: string,
  work: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('command_failed', `Could not ${deed} ${path}: ${reason}.`, { cause });
  }
};
