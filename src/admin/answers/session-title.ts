import { readConversation } from '../../audit/conversation.ts';
import type { ConversationItem } from '../../audit/conversation-item.ts';
import { readExchange } from '../../audit/read-exchange.ts';
import type { Facts } from '../select/facts.ts';

const LONGEST = 200;
const MOST_REMEMBERED = 2_000;
/** A session may begin with requests that say nothing: a list of models, a connection that warms up. */
const MOST_READ = 3;
/** What Codex itself says in the user's name: the environment, instructions of files. */
const NOT_BY_USER = /^\s*(?:<[a-z_]+[\s>]|# AGENTS\.md )/;

const textOf = (item: ConversationItem): string | undefined => {
  if (item.kind !== 'message' || item.role !== 'user') return undefined;
  const text = item.parts.map((part) => (part.kind === 'text' ? part.text : '')).join(' ');
  return text.trim() === '' || NOT_BY_USER.test(text) ? undefined : text.replace(/\s+/g, ' ').trim();
};

const shorten = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`);

/** Finds the user's first words of a session. */
export type FindTitle = (facts: readonly Facts[]) => Promise<string | undefined>;

/** Reading a body takes milliseconds: titles are remembered by the id of the session's first exchange. */
export const createFindTitle = (dataDir: string): FindTitle => {
  const known = new Map<string, string | undefined>();
  return async (facts) => {
    const key = facts[0]?.id ?? '';
    if (known.has(key)) return known.get(key);
    let title: string | undefined;
    for (const { id } of facts.filter(({ method }) => method === 'POST').slice(0, MOST_READ)) {
      const detail = await readExchange(dataDir, id);
      const conversation = detail && (await readConversation(detail));
      title = conversation?.items.map(textOf).find((text) => text !== undefined);
      if (title !== undefined) break;
    }
    title = title === undefined ? undefined : shorten(title);
    // While the first request runs, its body may not have been written.
    const isFinal = title !== undefined || facts.length > MOST_READ;
    if (known.size >= MOST_REMEMBERED) known.clear();
    if (isFinal) known.set(key, title);
    return title;
  };
};
