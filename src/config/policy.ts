/** When Codex asks before it runs a command. */
export const APPROVALS = ['untrusted', 'on-request', 'never'] as const;
type Approval = (typeof APPROVALS)[number];

export const SANDBOXES = ['read-only', 'workspace-write', 'danger-full-access'] as const;
type Sandbox = (typeof SANDBOXES)[number];

export const WEB_SEARCHES = ['disabled', 'cached', 'indexed', 'live'] as const;
type WebSearch = (typeof WEB_SEARCHES)[number];

/** An MCP server that may run; known by what it is, and not by its name. */
export type AllowedMcpServer =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly args: readonly string[];
      readonly installed: boolean;
    }
  | { readonly kind: 'url'; readonly url: string; readonly installed: boolean };

/** What clients tell over OTLP. */
export interface PolicyOtel {
  readonly traces: boolean;
  readonly logs: boolean;
  readonly metrics: boolean;
  readonly logUserPrompt: boolean;
}

/** What holds for a group; what is absent is left to the default, and there to the user. */
export interface PolicyRules {
  /** Names of models, with `*`: the gateway serves no others. */
  readonly models?: readonly string[];
  /** With which a client starts. */
  readonly model?: string;
  readonly effort?: string;
  /** The first one is the default; `untrusted` is none unless it is alone. */
  readonly approval?: readonly Approval[];
  /** The first one is the default; `read-only` is always among them. */
  readonly sandbox?: readonly Sandbox[];
  /** The first one is the default. */
  readonly webSearch?: readonly WebSearch[];
  /** By name; no others may run. */
  readonly mcpServers?: ReadonlyMap<string, AllowedMcpServer>;
  /** Codex's feature flags that are fixed. */
  readonly features?: ReadonlyMap<string, boolean>;
  readonly otel?: PolicyOtel;
  readonly claude?: { readonly model?: string; readonly models?: readonly string[] };
}

interface PolicyGroup {
  readonly name: string;
  /** Keys of these user paths, and below them, belong to it. */
  readonly userPaths: readonly string[];
  /** Keys with one of these labels belong to it. */
  readonly labels: readonly string[];
  /** People in one of these groups of the identity provider belong to it, beside those in one of its own name. */
  readonly signInGroups: readonly string[];
  readonly rules: PolicyRules;
}

/** How a client proves itself to the gateway. */
export type PolicyAuth =
  | { readonly kind: 'env'; readonly variable: string }
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly args: readonly string[];
      readonly refreshMs: number;
    }
  /** A ChatGPT sign-in, with the gateway's key beside it. */
  | { readonly kind: 'chatgpt'; readonly variable: string };

/** What a company wants of every Codex and Claude Code. */
export interface Policy {
  /** Where clients reach the gateway, without a path; https. */
  readonly url: string;
  /** As clients name it. */
  readonly name: string;
  readonly auth: PolicyAuth;
  /** For whoever is in no group, or not known; also what groups leave out. */
  readonly default: PolicyRules;
  /** In the order of the file: who is in several has the first one. */
  readonly groups: readonly PolicyGroup[];
}
