import type { ExchangeDetail } from '../../log/port.ts';
import { REDACTED } from '../../log/port.ts';
import type { BodyText } from '../api-types/detail.ts';

/** What curl or the connection sets by itself, and what the copy of a credential would be. */
const LEFT_OUT =
  /^(?:host|content-length|content-encoding|transfer-encoding|connection|keep-alive|accept-encoding|expect|te|upgrade|via|authorization|cookie|x-gomodel-key|chatgpt-account-id)$|^(?:sec-websocket|proxy)-/i;

/** For a POSIX shell: nothing inside single quotes has a meaning. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A longer body is fetched into a file first: nobody pastes it. */
const MAX_PASTED = 256 * 1024;
const FILE = 'request.json';

const END = 'END_OF_BODY';

/** A body between two lines that no line of it equals: a shell's argument may have 128 KB only. */
const hereDocument = (body: string): string => {
  const longest = body
    .split('\n')
    .filter((line) => line.startsWith(END))
    .reduce((length, line) => Math.max(length, line.length), 0);
  const end = END.padEnd(longest + 1, '_');
  return `--data-binary @- <<'${end}'\n${body}\n${end}`;
};

const fetchBody = (baseUrl: string, id: string): string =>
  `curl -sf ${quote(`${baseUrl}/admin/api/v1/audit/log/${id}/body/request`)} -H "authorization: Bearer $GOMODEL_MASTER_KEY" -o ${FILE} &&\n`;

/**
 * A command that sends the request again, the body decoded. The credential is a variable of the shell's:
 * the log has none.
 * @param baseUrl of the gateway, without a path
 * @param body absent where there is none
 */
export const createCurl = (
  { record, requestHeaders }: ExchangeDetail,
  baseUrl: string,
  body: BodyText | undefined,
): string => {
  const method = record.transport === 'websocket' ? 'POST' : record.method;
  const headers = requestHeaders.filter(([name, value]) => !LEFT_OUT.test(name) && value !== REDACTED);
  const isPasted = body !== undefined && !body.shortened && !body.notUtf8 && body.text.length < MAX_PASTED;
  const sent = isPasted ? hereDocument(body.text) : `--data-binary @${FILE}`;
  const command = [
    `curl -N -X ${quote(method)} ${quote(baseUrl + record.path)}`,
    '-H "authorization: Bearer $OPENAI_API_KEY"',
    ...(record.transport === 'websocket' ? ["-H 'content-type: application/json'"] : []),
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [sent]),
  ].join(' \\\n  ');
  return body === undefined || isPasted ? command : fetchBody(baseUrl, record.id) + command;
};
