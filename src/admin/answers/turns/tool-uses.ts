import type { ClientEvent } from '../../../log/port.ts';
import type { ClientToolUse } from '../../api-types/turns.ts';

/** Of one turn. */
const MAX_USES = 200;

/** What is needed of a turn to find what belongs to it. */
export interface TurnPlace {
  readonly turnId: string | undefined;
  readonly threadId: string | undefined;
  readonly startedAtMs: number;
  /** Of its exchanges. */
  readonly keyIds: readonly (string | undefined)[];
}

/** Puts together what is told of the same call: how it was decided, and that it has run. */
const mergeUses = (events: readonly ClientEvent[]): readonly ClientToolUse[] => {
  const uses: ClientToolUse[] = [];
  const byCall = new Map<string, ClientToolUse>();
  for (const { at, tool, callId, decision, decidedBy, success, durationMs } of events) {
    const known = callId === undefined ? undefined : byCall.get(callId);
    const use: ClientToolUse = known ?? { at, tool, ...(callId !== undefined && { call_id: callId }) };
    Object.assign(use, {
      ...(decision !== undefined && { decision }),
      ...(decidedBy !== undefined && { decided_by: decidedBy }),
      ...(success !== undefined && { success }),
      ...(durationMs !== undefined && { duration_ms: durationMs }),
    });
    if (known) continue;
    uses.push(use);
    if (callId !== undefined) byCall.set(callId, use);
  }
  return uses.slice(0, MAX_USES);
};

/** Where the client does not name the turn: the last one of its thread that had begun by then. */
const turnAt = (turns: readonly TurnPlace[], { at, conversationId }: ClientEvent): TurnPlace | undefined => {
  const atMs = Date.parse(at);
  const own = turns.filter(({ threadId }) => threadId === conversationId);
  const candidates = own.length > 0 ? own : turns;
  return candidates.findLast(({ startedAtMs }) => startedAtMs <= atMs) ?? candidates[0];
};

/**
 * Finds what the client told of the tools of each turn. What another key sent is left out: anybody can say the id of a
 * session.
 * @param turns of one session, oldest first
 * @param events of the session and its threads, oldest first
 * @returns for each turn its own
 */
export const findToolUses = (
  turns: readonly TurnPlace[],
  events: readonly ClientEvent[],
): readonly (readonly ClientToolUse[])[] => {
  const keys = new Set(turns.flatMap(({ keyIds }) => keyIds));
  const named = new Map(turns.map((turn) => [turn.turnId, turn]));
  const grouped = new Map<TurnPlace, ClientEvent[]>(turns.map((turn) => [turn, []]));
  for (const event of events) {
    if (!keys.has(event.keyId)) continue;
    const turn = (event.turnId === undefined ? undefined : named.get(event.turnId)) ?? turnAt(turns, event);
    if (turn) grouped.get(turn)?.push(event);
  }
  return turns.map((turn) => mergeUses(grouped.get(turn) ?? []));
};

/** The ids by which a client may tell of a session. */
export const conversationsOf = (
  sessionId: string,
  threadIds: readonly (string | undefined)[],
): readonly string[] => [...new Set([sessionId, ...threadIds.filter((id) => id !== undefined)])];

/** What became of tools, in figures; words of Codex and of Claude Code alike. */
export interface ToolUseSums {
  readonly denied: number;
  /** How often the user was asked. */
  readonly asked: number;
  readonly failed: number;
}

export const isDenied = ({ decision = '' }: ClientToolUse): boolean => /^(?:den|rejec|abort)/i.test(decision);

export const sumToolUses = (uses: readonly ClientToolUse[]): ToolUseSums => ({
  denied: uses.filter(isDenied).length,
  asked: uses.filter(({ decided_by: by = '' }) => /^user/i.test(by)).length,
  failed: uses.filter(({ success }) => success === false).length,
});
