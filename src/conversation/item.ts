/** A piece of what was said: never HTML, never shortened. */
export type ConversationPart =
  | { kind: 'text'; text: string }
  /** `url` may be a `data:` URL of megabytes. */
  | { kind: 'image'; url: string; detail?: string }
  | { kind: 'file'; name?: string; bytes?: number }
  | { kind: 'refusal'; text: string };

/** A tool that a script of Codex's code mode calls, in the order in which the script names them. */
export interface ScriptCall {
  name: string;
  /** The argument as JSON or text where the script writes it out; else its source. */
  arguments: string;
  /** True where the argument is computed, so that `arguments` is its source. */
  computed?: boolean;
  command?: string;
  patch?: string;
  /** How the command ended, where the output of the script says so. */
  exitCode?: number;
  seconds?: number;
  /** The same where the call was made several times, in the order in which the script printed them. */
  runs?: ScriptRun[];
  /** What else is known of how it ended, or why nothing is; absent where the output has not come. */
  ending?: ScriptEnding;
}

export interface ScriptRun {
  exitCode?: number;
  seconds?: number;
}

export type ScriptEnding =
  /** The call itself was refused, such as a patch that does not apply. */
  | 'failed'
  /** The script failed before it. */
  | 'notReached'
  /** The script did not print it. */
  | 'notPrinted'
  /** What was printed may be of this call or of another one. */
  | 'notMatched';

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
  /** The tools that a script calls; absent where the call is not a script, or one that cannot be read. */
  script?: ScriptCall[];
}

export interface ToolOutput {
  kind: 'toolOutput';
  callId?: string;
  /** `name`, `arguments`, `command` and `script` are those of the call that this answers, where it is in sight. */
  name?: string;
  arguments?: string;
  command?: string;
  script?: ScriptCall[];
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
  /** Tools that were offered within the input, as Codex does in code mode. */
  | { kind: 'tools'; names: string[]; json: string }
  | { kind: 'unknown'; type: string; json: string };

/** True for what a model wrote: the items of an earlier answer that a client sends again. */
export const isByModel = (item: ConversationItem): boolean =>
  (item.kind === 'message' && item.role === 'assistant') ||
  item.kind === 'reasoning' ||
  item.kind === 'toolCall' ||
  (item.kind === 'unknown' && item.type.startsWith('compaction'));
