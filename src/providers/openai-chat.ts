import type { ChatQuirks } from '../translate/chat/quirks.ts';

/** Chat completions as OpenAI documents them, and as Azure serves them. */
export const OPENAI_CHAT: ChatQuirks = {
  maxTokensMember: 'max_completion_tokens',
  developerRole: true,
  files: true,
  refusals: true,
  strictTools: true,
  verbosity: true,
  cacheKey: true,
  userMember: 'safety_identifier',
  efforts: () => ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
};
