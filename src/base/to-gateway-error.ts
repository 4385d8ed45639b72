import { GatewayError } from './errors.ts';
import { errorCodeOf } from './system-error.ts';

/** What is loaded only when it is needed may be gone by then. */
const MISSING_MODULE: ReadonlySet<string> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/** Anything that was thrown, as the gateway's own error type. */
export const toGatewayError = (error: unknown): GatewayError => {
  if (error instanceof GatewayError) return error;
  if (MISSING_MODULE.has(errorCodeOf(error))) {
    return new GatewayError(
      'internal_error',
      'a part of gomodel-ts has disappeared from the disk: it was updated or removed while it was running. Stop it and start it again with `gomodel-ts serve`.',
      { status: 503, cause: error },
    );
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new GatewayError('internal_error', `the gateway failed: ${detail}. Please report this.`, {
    cause: error,
  });
};
