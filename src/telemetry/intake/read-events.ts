import { isObject, type JsonObject, objectsOf } from '../../base/json-object.ts';
import type { ClientEvent } from '../../log/events/client-event.ts';

type Event = Omit<ClientEvent, 'keyId'>;

const MAX_TEXT = 200;
/** Of one request. */
const MAX_EVENTS = 5_000;

/** The value of an attribute in words; a list or a map is none. */
const textOf = (value: unknown): string | undefined => {
  if (!isObject(value)) return undefined;
  const { stringValue, intValue, doubleValue, boolValue } = value;
  const found = [stringValue, intValue, doubleValue, boolValue].find((one) => one !== undefined);
  return ['string', 'number', 'boolean'].includes(typeof found) ? String(found) : undefined;
};

type Find = (...names: readonly string[]) => string | undefined;

const attributesOf = (record: JsonObject): Find => {
  const values = new Map(objectsOf(record.attributes).map(({ key, value }) => [String(key), value]));
  return (...names) => {
    for (const name of names) {
      const text = textOf(values.get(name));
      if (text) return text.slice(0, MAX_TEXT);
    }
    return undefined;
  };
};

const NANOS_PER_MS = 1_000_000n;

/** Codex and Claude Code say it themselves; a record without a time of its own was seen at some time. */
const timeOf = (find: Find, record: JsonObject): string | undefined => {
  const said = Date.parse(find('event.timestamp') ?? '');
  if (!Number.isNaN(said)) return new Date(said).toISOString();
  const nanos = [record.timeUnixNano, record.observedTimeUnixNano]
    .map(String)
    .find((text) => /^[1-9]\d{15,18}$/.test(text));
  return nanos && new Date(Number(BigInt(nanos) / NANOS_PER_MS)).toISOString();
};

/** What a client calls its events: `codex.tool_result`, or `tool_result` where its name stands elsewhere. */
const NAMES: Readonly<Record<string, readonly [client: Event['client'], kind: Event['kind']]>> = {
  'codex.tool_decision': ['codex', 'decision'],
  'codex.tool_result': ['codex', 'result'],
  'claude_code.tool_decision': ['claude-code', 'decision'],
  'claude_code.tool_result': ['claude-code', 'result'],
};

const nameOf = (find: Find, { eventName, body }: JsonObject): string => {
  const names = [textOf(body), find('event.name'), eventName];
  return String(names.find((name) => typeof name === 'string' && Object.hasOwn(NAMES, name)) ?? '');
};

const readEvent = (record: JsonObject, redact: (text: string) => string): Event | undefined => {
  const raw = attributesOf(record);
  const find: Find = (...names) => {
    const text = raw(...names);
    return text && redact(text);
  };
  const name = nameOf(raw, record);
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  const conversationId = find('conversation.id', 'session.id', 'gen_ai.conversation.id');
  const tool = find('tool_name');
  const at = timeOf(raw, record);
  if (!known || !conversationId || !tool || !at) return undefined;
  const [client, kind] = known;
  const { traceId } = record;
  const turnId = find('turn.id', 'turn_id', 'prompt.id');
  const callId = find('call_id', 'tool_use_id');
  const durationMs = Number(raw('duration_ms'));
  const success = raw('success');
  return {
    ...{ at, kind, client, conversationId, tool },
    ...(turnId !== undefined && { turnId }),
    ...(typeof traceId === 'string' && /^(?!0{32})[\da-f]{32}$/.test(traceId) && { traceId }),
    ...(callId !== undefined && { callId }),
    ...decisionOf(kind, find),
    ...(kind === 'result' && success !== undefined && { success: success === 'true' }),
    ...(kind === 'result' && durationMs >= 0 && { durationMs }),
  };
};

const decisionOf = (kind: Event['kind'], find: Find): Pick<Event, 'decision' | 'decidedBy'> => {
  // A result of Claude Code says again how it was decided.
  const decision = find(kind === 'decision' ? 'decision' : 'decision_type');
  const decidedBy = find(kind === 'decision' ? 'source' : 'decision_source');
  return { ...(decision !== undefined && { decision }), ...(decidedBy !== undefined && { decidedBy }) };
};

/**
 * What logs of Codex and Claude Code say of tools: whether one may run, and that it has run. What was asked and given
 * back is left out: the exchanges have it.
 * @param message in the form of OTLP's JSON
 * @param redact takes secrets out of a text
 */
export const readEvents = (message: JsonObject, redact: (text: string) => string): readonly Event[] =>
  objectsOf(message.resourceLogs)
    .flatMap(({ scopeLogs }) => objectsOf(scopeLogs))
    .flatMap(({ logRecords }) => objectsOf(logRecords))
    .map((record) => readEvent(record, redact))
    .filter((event) => event !== undefined)
    .slice(0, MAX_EVENTS);
