import { decodeText } from '../base/decode-text.ts';
import { GatewayError } from '../base/errors.ts';
import { readRegularFile } from '../state/read-regular-file.ts';

/** Far more than anybody writes by hand; what parses it stays within a second even where it is hostile. */
const MAX_BYTES = 64 * 1024;

export type ConfigText =
  | { readonly kind: 'file'; readonly text: string }
  | { readonly kind: 'absent' }
  /** `problem` completes "the file …". */
  | { readonly kind: 'unusable'; readonly problem: string };

/** Reads a configuration file, `.env` or `gomodel.yaml`: a regular one of a limited size, without waiting. */
export const readConfigText = (path: string): ConfigText => {
  const found = readRegularFile(path, { maxBytes: MAX_BYTES });
  return found.kind === 'file' ? { kind: 'file', text: decodeText(found.bytes) } : found;
};

/** @throws GatewayError invalid_config where a file that the user has named, or has, cannot be used */
export const refuseConfigFile = (name: string, problem: string): never => {
  throw new GatewayError('invalid_config', `The configuration file ${name}: ${problem}.`);
};

/**
 * The text of a file that must be there.
 * @param name as messages call it
 * @throws GatewayError invalid_config
 */
export const requireConfigText = (path: string, name: string): string => {
  const found = readConfigText(path);
  if (found.kind === 'file') return found.text;
  return refuseConfigFile(name, found.kind === 'absent' ? 'there is no such file' : `it ${found.problem}`);
};
