import { parseByteSize } from '../../base/bytes.ts';
import { trimTrailing } from '../../base/trim-text.ts';
import type { Parse } from './setting.ts';

export const parseText: Parse<string> = (text) => text.trim() || undefined;

export const parseSwitch: Parse<boolean> = (text) => {
  const word = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  return undefined;
};

export const parseCount: Parse<number> = (text) => {
  const count = Number(text);
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
};

export const parseSize: Parse<number> = (text) => {
  const bytes = parseByteSize(text);
  return bytes !== undefined && bytes > 0 ? bytes : undefined;
};

/** Without a slash at its end, so that paths are appended as they are. */
export const parseBaseUrl: Parse<URL> = (text) => {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.search || url.hash) return undefined;
  url.pathname = trimTrailing(url.pathname, '/');
  return url;
};
