import { readFile, stat } from 'node:fs/promises';
import { errorCodeOf } from '../../../base/system-error.ts';
import { AwsKeysError } from './aws-source.ts';

/** Tokens of service accounts take 1 to 3 KB. */
const MAX_TOKEN_BYTES = 64 * 1024;
const PRINTABLE = /^[\x21-\x7e]+(?: [\x21-\x7e]+)?$/;

/** @throws AwsKeysError where a token, or what a file should have as one, is no line of text */
export const checkToken = (token: string, origin: string): string => {
  if (PRINTABLE.test(token)) return token;
  throw new AwsKeysError(`${origin} has no token of one line`, `Correct ${origin}.`);
};

/**
 * Reads a token that somebody else renews.
 * @param variable that names the file
 * @throws AwsKeysError where there is none
 */
export const readTokenFile = async (path: string, variable: string): Promise<string> => {
  let text: string;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is not a file');
    if (found.size > MAX_TOKEN_BYTES) throw new Error(`it is longer than ${MAX_TOKEN_BYTES} bytes`);
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const why = errorCodeOf(cause) || (cause instanceof Error ? cause.message : String(cause));
    throw new AwsKeysError(
      `the file that ${variable} names cannot be read (${why})`,
      `Correct ${variable}, or mount the file.`,
      cause,
    );
  }
  return checkToken(text.trim(), `the file of ${variable}`);
};
