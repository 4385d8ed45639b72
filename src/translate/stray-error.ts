import { parseJson } from '../base/json-object.ts';
import { findFailure } from './context-overflow.ts';

const FIELD = /^error:\s*/;

/**
 * The error in text that stands among the events of a stream and is none of them: bare JSON, or an `error:` line
 * (llama.cpp). Anything else may be the beginning of an event that was cut off.
 */
export const readStrayError = (text: string): { code: string; message: string } | undefined =>
  findFailure(parseJson(text.trim().replace(FIELD, '')));
