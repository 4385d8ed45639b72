import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { ManagedKey } from '../../guard/keys/managed-key.ts';

/** What somebody's Claude Code must do, by their key or sign-in; undefined where there is no policy. */
export type SettingsFor = (key: ManagedKey | undefined) => JsonObject | undefined;

/** JSON with the members of every object in their order, and no space: what the client's checksum is made of. */
const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(',')}}`;
};

/** As Claude Code computes it over the settings that it holds. */
const checksumOf = (settings: JsonObject): string =>
  `sha256:${hash('sha256', canonicalJson(settings), 'hex')}`;

/**
 * Answers `GET /managed/settings`.
 * @param id of the person, from which the answer's own is made
 */
export const answerManagedSettings = (
  request: IncomingMessage,
  response: ServerResponse,
  settings: JsonObject | undefined,
  id: string,
): void => {
  if (!settings) {
    response.writeHead(404, { 'cache-control': 'no-cache', 'content-length': '0' });
    response.end();
    return;
  }
  const checksum = checksumOf(settings);
  const etag = `"${checksum}"`;
  const headers = { etag, 'cache-control': 'no-cache' };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const uuid = hash('sha256', `${id}\n${checksum}`, 'hex');
  const body = JSON.stringify({ uuid: uuidOf(uuid), checksum, settings });
  response.writeHead(200, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
};

/** 128 bits of a hash in the form of RFC 9562's version 8. */
const uuidOf = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
