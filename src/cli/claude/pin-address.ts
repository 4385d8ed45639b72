import { resolve } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import { fieldsOf } from '../../conversation/json-fields.ts';
import { requireConfigText } from '../read-config-text.ts';
import type { PinnedHeaders } from './claude-variables.ts';
import { hasHeaders } from './user-settings.ts';

const FLAG = '--settings';

/** What would lead past the gateway. */
const PINNED = {
  CLAUDE_CODE_USE_BEDROCK: '',
  CLAUDE_CODE_USE_VERTEX: '',
  CLAUDE_CODE_USE_FOUNDRY: '',
};

const readGiven = (given: string, cwd: string): JsonObject => {
  const text = given.trimStart().startsWith('{') ? given : requireConfigText(resolve(cwd, given), given);
  const settings = parseJson(text);
  if (isObject(settings)) return settings;
  throw new GatewayError(
    'invalid_usage',
    `${FLAG} ${given.slice(0, 100)}: it is neither JSON nor a file with a JSON object.`,
  );
};

export interface Pinned {
  readonly baseUrl: string;
  /** Instead of the variables, where settings set header fields. */
  readonly overHeaders: PinnedHeaders;
  /** Whether settings files do. */
  readonly setHeaders: boolean;
}

/**
 * Claude Code's arguments with the address of the gateway in `--settings`, which wins over every settings file: a
 * repository must not lead the key of the gateway, which is in the environment, to an address of its own.
 * Settings that the user gives beside stay.
 * @throws GatewayError invalid_usage, invalid_config where those cannot be read
 */
export const pinAddress = (
  args: readonly string[],
  { baseUrl, overHeaders, setHeaders }: Pinned,
  cwd: string,
): string[] => {
  const at = args.findIndex((arg) => arg === FLAG || arg.startsWith(`${FLAG}=`));
  const isApart = args[at] === FLAG;
  const given = at < 0 ? undefined : isApart ? args[at + 1] : args[at]?.slice(FLAG.length + 1);
  const settings = given === undefined ? {} : readGiven(given, cwd);
  const { env: variables, ...more } = setHeaders || hasHeaders(settings) ? overHeaders : { env: {} };
  const env = { ...fieldsOf(settings.env), ...PINNED, ...variables, ANTHROPIC_BASE_URL: baseUrl };
  const rest = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + (isApart ? 2 : 1))];
  return [FLAG, JSON.stringify({ ...settings, ...more, env }), ...rest];
};
