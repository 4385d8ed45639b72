import type { IncomingHttpHeaders } from 'node:http';

/** Whose conventions a refusal follows: OpenAI's, Anthropic's, or what Codex does with an answer. */
export type Audience = 'openai' | 'messages' | 'codex';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const saysCodex = (value: string | readonly string[] | undefined): boolean =>
  /^codex/i.test(String(value ?? ''));

/**
 * Whether Codex asks. Its names are `codex_exec`, `codex_cli_rs`, `codex_vscode`, `Codex Desktop`…; a user may
 * give it another one, but not to the fields of a turn.
 */
export const isCodex = (headers: Headers): boolean =>
  saysCodex(headers.originator) ||
  saysCodex(headers['user-agent']) ||
  headers['x-codex-turn-metadata'] !== undefined;

/** Measured: 0.113.0 does not wait, 0.169.0 and 0.171.0 do. */
const FIRST_PATIENT_VERSION = 169;

/** Whether Codex waits as long as `Retry-After` says, over HTTP, instead of giving up. Unknown versions are taken for new ones. */
export const isPatientCodex = (headers: Headers): boolean => {
  const [, minor] = /^codex[\w ]*\/0\.(\d+)\./i.exec(String(headers['user-agent'] ?? '')) ?? [];
  return minor === undefined || Number(minor) >= FIRST_PATIENT_VERSION;
};

/** Whether a client reads errors as Anthropic's API writes them. */
const speaksMessages = (target: string, headers: IncomingHttpHeaders): boolean =>
  headers['anthropic-version'] !== undefined || /^[^?]*\/messages(?:[/?]|$)/.test(target);

/**
 * @param method of the request: what is not a `POST` asks Codex's questions beside its turns, which are not
 *   repeated and whose statuses `codex doctor` knows
 * @param target path and query
 */
export const audienceOf = (method: string, target: string, headers: IncomingHttpHeaders): Audience => {
  if (speaksMessages(target, headers)) return 'messages';
  return method === 'POST' && isCodex(headers) ? 'codex' : 'openai';
};
