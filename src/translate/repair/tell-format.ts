import type { AnswerFormat, Ask, AskItem } from '../ask.ts';
import type { RepairPass } from './repair-pass.ts';

const ONLY_JSON = 'nothing else, not even a code fence';

const ruleOf = (format: AnswerFormat, hasTools: boolean): string => {
  const subject = hasTools ? 'When you have called all the tools that you need, answer' : 'Answer';
  if (format.kind === 'json') return `${subject} with one JSON object and ${ONLY_JSON}.`;
  return `${subject} with one JSON value and ${ONLY_JSON}. It must match this JSON Schema:\n\n${JSON.stringify(format.schema)}`;
};

const isInstruction = (item: AskItem): boolean =>
  item.kind === 'message' && (item.role === 'system' || item.role === 'developer');

/** After the instructions that the conversation begins with. */
const withRule = (items: Ask['items'], text: string): AskItem[] => {
  const first = items.findIndex((item) => !isInstruction(item));
  const end = first === -1 ? items.length : first;
  const rule: AskItem = { kind: 'message', role: 'system', parts: [{ kind: 'text', text }] };
  return [...items.slice(0, end), rule, ...items.slice(end)];
};

export const TELL_FORMAT: RepairPass = {
  name: 'tell-format',
  reason:
    'Some providers have no JSON schema for answers, and some refuse a format in a request that has tools. The model can be told of it in words.',
  apply: (ask, { needs, lose }) => {
    const { format, ...rest } = ask;
    if (format === undefined) return ask;
    const hasTools = ask.tools.length > 0;
    if (hasTools && !needs.formatBesideTools) {
      lose('answer format beside tools (told in words)');
      return { ...rest, items: withRule(ask.items, ruleOf(format, true)) };
    }
    if (format.kind === 'schema' && !needs.jsonSchema) {
      lose('JSON schema of the answer (told in words)');
      return { ...ask, items: withRule(ask.items, ruleOf(format, hasTools)), format: { kind: 'json' } };
    }
    return ask;
  },
};
