/** A piece of what was said: never HTML, never shortened. */
export type ConversationPart =
  | { kind: 'text'; text: string }
  /** `url` may be a `data:` URL of megabytes. */
  | { kind: 'image'; url: string; detail?: string }
  | { kind: 'file'; name?: string; bytes?: number }
  | { kind: 'refusal'; text: string };

export interface ToolCall {
  kind: 'toolCall';
  name: string;
  callId?: string;
  /** As the model wrote them: JSON text for a function, any text for a custom tool. */
  arguments: string;
  namespace?: string;
  custom?: boolean;
  /** The shell command that the call runs, where it runs one. */
  command?: string;
  /** The patch that the call applies, in Codex's form (`*** Begin Patch` …), where it applies one. */
  patch?: string;
}

export interface ToolOutput {
  kind: 'toolOutput';
  callId?: string;
  /** `name`, `arguments` and `command` are those of the call that this answers, where it is in sight. */
  name?: string;
  arguments?: string;
  command?: string;
  parts: ConversationPart[];
  /** True where the tool itself says so: an exit code other than 0, a status of failure. */
  failed?: boolean;
}

/** One thing in a conversation, as a person reads it, whichever API it came by. */
export type ConversationItem =
  | { kind: 'message'; role: string; parts: ConversationPart[]; phase?: string }
  /** `encryptedBytes`: the length of reasoning that only the provider can read. */
  | { kind: 'reasoning'; summary: string[]; encryptedBytes?: number }
  | ToolCall
  | ToolOutput
  | { kind: 'unknown'; type: string; json: string };

/** True for what a model wrote: the items of an earlier answer that a client sends again. */
export const isByModel = (item: ConversationItem): boolean =>
  (item.kind === 'message' && item.role === 'assistant') ||
  item.kind === 'reasoning' ||
  item.kind === 'toolCall' ||
  (item.kind === 'unknown' && item.type.startsWith('compaction'));
