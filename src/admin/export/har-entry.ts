import { STATUS_CODES } from 'node:http';
import type { ExchangeDetail, HeaderLines } from '../../log/port.ts';
import type { BodyText } from '../api-types/detail.ts';
import type { AuditEntry } from '../api-types/entry.ts';

const mapHeaders = (lines: HeaderLines) => lines.map(([name, value]) => ({ name, value }));

const findHeader = (lines: HeaderLines, wanted: string): string =>
  lines.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';

export interface HarBodies {
  readonly request: BodyText | undefined;
  readonly response: BodyText | undefined;
}

/**
 * An exchange as an entry of a HAR 1.2 log; what HAR has no place for is in `_gomodel`.
 * @param baseUrl of the gateway, without a path
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
export const mapToHarEntry = (
  entry: AuditEntry,
  { requestHeaders, responseHeaders }: ExchangeDetail,
  { request, response }: HarBodies,
  baseUrl: string,
): object => {
  const url = URL.canParse(entry.path, baseUrl) ? new URL(entry.path, baseUrl) : new URL(baseUrl);
  const wait = entry.ttfbMs ?? entry.durationMs ?? 0;
  return {
    startedDateTime: entry.startedAt,
    time: entry.durationMs ?? 0,
    request: {
      method: entry.method,
      url: url.href,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: mapHeaders(requestHeaders),
      queryString: [...url.searchParams].map(([name, value]) => ({ name, value })),
      headersSize: -1,
      bodySize: entry.request.wireBytes ?? 0,
      ...(request
        ? { postData: { mimeType: findHeader(requestHeaders, 'content-type'), text: request.text } }
        : {}),
    },
    response: {
      status: entry.status ?? 0,
      statusText: STATUS_CODES[entry.status ?? 0] ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: mapHeaders(responseHeaders),
      content: {
        size: response?.bytes ?? entry.response.bytes ?? 0,
        mimeType: findHeader(responseHeaders, 'content-type'),
        ...(response ? { text: response.text } : {}),
      },
      redirectURL: '',
      headersSize: -1,
      bodySize: entry.response.bytes ?? 0,
    },
    cache: {},
    timings: { send: 0, wait, receive: Math.max(0, (entry.durationMs ?? wait) - wait) },
    _gomodel: entry,
  };
};
