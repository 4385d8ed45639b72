import { GatewayError } from './errors.ts';

/** Anything that was thrown, as the gateway's own error type. */
export const toGatewayError = (error: unknown): GatewayError => {
  if (error instanceof GatewayError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new GatewayError('internal_error', `the gateway failed: ${detail}. Please report this.`, {
    cause: error,
  });
};
