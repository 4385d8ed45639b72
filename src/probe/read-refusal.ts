import type { ErrorOrigin } from '../base/errors.ts';
import { cutForeignText } from '../base/foreign-text.ts';
import { isObject, nonEmptyString, parseJson } from '../base/json-object.ts';
import { hideSecretShapes } from '../base/secrets/secret-shapes.ts';
import type { ProbeRefusal } from './probe.ts';

const ORIGINS: readonly ErrorOrigin[] = ['client', 'gateway', 'network', 'upstream'];

/**
 * What an error answer says, and which hop it comes from.
 * @param origin of `x-gomodel-error-origin`
 */
export const readRefusal = (status: number, origin: string | undefined, body: string): ProbeRefusal => {
  const answer = parseJson(body);
  const error = isObject(answer) && isObject(answer.error) ? answer.error : {};
  const message = nonEmptyString(error.message) ?? (body.trim().slice(0, 200) || `status ${status}`);
  return {
    status,
    origin: ORIGINS.find((known) => known === origin) ?? 'gateway',
    message: hideSecretShapes(cutForeignText(message.replace(/^gomodel-ts: /, ''))),
  };
};

/** A request that had no answer: between this process and the gateway. */
export const noAnswer = (cause: unknown): ProbeRefusal => {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const message = reason instanceof Error ? reason.message : String(reason);
  return { origin: 'client', message: `the gateway gave no answer: ${message}` };
};
