import type { SessionTurn, TurnAnswer } from '../../../src/admin/api-types/conversation.ts';
import { describeCall } from '../../../src/conversation/call.ts';
import type { ConversationItem, ToolCall } from '../../../src/conversation/item.ts';
import type { FixtureExchange } from './fixture-exchange.ts';
import type { Call, Scenario, Step } from './scenarios.ts';

const callIdOf = (step: number, index: number): string => `call_${step}_${index}`;

const toolCall = (call: Call, step: number, index: number): ToolCall =>
  describeCall({
    kind: 'toolCall',
    name: call.name,
    callId: callIdOf(step, index),
    arguments: call.arguments,
    ...(call.custom ? { custom: true } : {}),
  });

const commandOf = (call: ToolCall): { command?: string } =>
  call.command === undefined ? {} : { command: call.command };

const outputOfCall = (call: Call, step: number, index: number): ConversationItem => ({
  kind: 'toolOutput',
  callId: callIdOf(step, index),
  name: call.name,
  arguments: call.arguments,
  ...commandOf(toolCall(call, step, index)),
  parts: [
    ...(call.output ? [{ kind: 'text' as const, text: call.output }] : []),
    ...(call.image ? [{ kind: 'image' as const, url: call.image }] : []),
  ],
  ...(call.failed ? { failed: true } : {}),
});

const addedBy = (scenario: Scenario, step: number): ConversationItem[] => {
  const results = (scenario.steps[step - 1]?.calls ?? []).map((call, index) =>
    outputOfCall(call, step - 1, index),
  );
  const user = scenario.steps[step]?.user;
  return user === undefined
    ? results
    : [...results, { kind: 'message', role: 'user', parts: [{ kind: 'text', text: user }] }];
};

const answeredBy = (content: Step | undefined, step: number): ConversationItem[] => [
  ...(content?.reasoning === undefined
    ? []
    : [{ kind: 'reasoning' as const, summary: [content.reasoning], encryptedBytes: 1404 }]),
  ...(content?.say === undefined
    ? []
    : [
        {
          kind: 'message' as const,
          role: 'assistant',
          parts: [{ kind: 'text' as const, text: content.say }],
        },
      ]),
  ...(content?.calls ?? []).map((call, index) => toolCall(call, step, index)),
];

const PROMPT: ConversationItem[] = [
  {
    kind: 'message',
    role: 'developer',
    parts: [
      {
        kind: 'text',
        text: 'You are a coding agent running in the Codex CLI, a terminal-based coding assistant. You are expected to be precise, safe, and helpful.\n\n# Personality\n\nConcise, direct, and friendly.',
      },
    ],
  },
  {
    kind: 'message',
    role: 'user',
    parts: [
      {
        kind: 'text',
        text: '<environment_context>\n  <cwd>/home/ada/ledger</cwd>\n  <approval_policy>on-request</approval_policy>\n  <sandbox_mode>workspace-write</sandbox_mode>\n  <shell>zsh</shell>\n</environment_context>',
      },
    ],
  },
];

const TOOLS = [
  'exec_command',
  'write_stdin',
  'update_plan',
  'apply_patch',
  'view_image',
  'tool_search',
  'web_search',
];

/** What arrived of the model's answer: all, the beginning of it where the stream was cut, or nothing. */
const arrived = ({ entry }: FixtureExchange, answer: ConversationItem[]): ConversationItem[] => {
  const { finish, events } = entry.response;
  if (finish === 'completed') return answer;
  return events === undefined ? [] : answer.slice(0, 1);
};

/** The turn of an exchange, as `GET audit/log/:id/turn` answers it. */
export const turnOf = (exchange: FixtureExchange, withEarlier: boolean): TurnAnswer => {
  const { entry, turn } = exchange;
  if (!turn)
    return {
      id: entry.id,
      tools: [],
      earlierCount: 0,
      items: [],
      output: [],
      unreadable: 'This request carries no conversation.',
    };
  const { scenario, step } = turn;
  const earlier = [
    ...PROMPT,
    ...Array.from({ length: step }, (_, before) => [
      ...addedBy(scenario, before),
      ...answeredBy(scenario.steps[before], before),
    ]).flat(),
  ];
  const first = step === 0;
  return {
    id: entry.id,
    ...(entry.client.version === '0.113.0'
      ? {
          instructions:
            'You are Codex, based on GPT-5. You are running as a coding agent in the Codex CLI on a user’s computer.',
        }
      : {}),
    tools: TOOLS,
    earlierCount: first ? 0 : earlier.length,
    ...(withEarlier && !first ? { earlier } : {}),
    items: first ? [...PROMPT, ...addedBy(scenario, 0)] : addedBy(scenario, step),
    output: arrived(exchange, answeredBy(scenario.steps[step], step)),
  };
};

/** The same as one turn of a session. */
export const sessionTurnOf = (exchange: FixtureExchange): SessionTurn => {
  const { earlierCount, items, output } = turnOf(exchange, false);
  return {
    entry: exchange.entry,
    earlierCount,
    items,
    output,
    ...(exchange.cacheLoss ? { cacheLoss: exchange.cacheLoss } : {}),
  };
};
