import { GatewayError } from '../../base/errors.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const SERVED: ReadonlySet<string> = new Set(METHODS);

/** A refusal of a method that is served nowhere. @param method as the client wrote it */
export const methodNotServed = (method: string, remedy?: string): GatewayError =>
  new GatewayError(
    'method_not_allowed',
    `the method ${method.slice(0, 50)} is not served here. ${remedy ?? `Served are ${METHODS.join(', ')}.`}`,
    { headers: { allow: METHODS.join(', ') } },
  );

/**
 * Refuses methods that no API has. An upstream that implements TRACE would send the provider's key, which the
 * gateway has added, back to the client.
 * @throws GatewayError method_not_allowed
 * @see RFC 9110 §9.3.8 (TRACE), §15.5.6 (405 and Allow)
 */
export const checkMethod = (method: string): void => {
  if (!SERVED.has(method)) throw methodNotServed(method);
};
