import { isObject, parseJson } from '../../base/json-object.ts';
import type { ClientEvent } from './client-event.ts';

const TEXTS = ['at', 'kind', 'client', 'conversationId', 'tool'] as const;
const MORE_TEXTS = ['keyId', 'turnId', 'traceId', 'callId', 'decision', 'decidedBy'] as const;

/** A line of the file. @returns undefined if it is damaged, or another program's */
export const parseEvent = (line: string): ClientEvent | undefined => {
  const value = parseJson(line);
  if (!isObject(value) || !TEXTS.every((name) => typeof value[name] === 'string')) return undefined;
  const { at, kind, client, success, durationMs } = value;
  if (Number.isNaN(Date.parse(String(at))) || (kind !== 'decision' && kind !== 'result')) return undefined;
  if (client !== 'codex' && client !== 'claude-code') return undefined;
  const more = Object.fromEntries(
    MORE_TEXTS.filter((name) => typeof value[name] === 'string').map((name) => [name, value[name]]),
  );
  return {
    ...{ at: String(at), kind, client },
    ...{ conversationId: String(value.conversationId), tool: String(value.tool) },
    ...more,
    ...(typeof success === 'boolean' && { success }),
    ...(typeof durationMs === 'number' && { durationMs }),
  };
};
