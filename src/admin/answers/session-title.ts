import type { ConversationItem } from '../../conversation/item.ts';
import { readConversation } from '../../conversation/read-conversation.ts';
import type { Facts, LogReader } from '../../log/port.ts';

const MAX_CHARACTERS = 200;
const MAX_REMEMBERED = 2_000;
/** A session may begin with requests that say nothing: a list of models, a connection that warms up. */
const MAX_READ = 3;
/** What Codex itself says in the user's name: the environment, instructions of files. */
const NOT_BY_USER = /^\s*(?:<[a-z_]+[\s>]|# AGENTS\.md )/;

/** Whether a text in the user's name is one that a client put there. */
export const isByClient = (text: string): boolean => NOT_BY_USER.test(text) && !IMAGE_MARK.test(text);

/** Codex names each image in a text of its own: `<image name=[Image #1]>`, and `</image>` behind it. */
const IMAGE_MARK = /^\s*<\/?image[\s>]/;
/** A title needs the beginning of a prompt alone, and a prompt may be a whole file. */
const MAX_SEARCHED = 4_000;

/** What a user wrote, in one line; undefined for what a client wrote in the user's name, and for every other item. */
export const userWords = (item: ConversationItem): string | undefined => {
  if (item.kind !== 'message' || item.role !== 'user') return undefined;
  const texts = item.parts.flatMap((part) =>
    part.kind === 'text' && !IMAGE_MARK.test(part.text) ? [part.text] : [],
  );
  const text = texts.join(' ').slice(0, MAX_SEARCHED).replace(/\s+/g, ' ').trim();
  return text === '' || NOT_BY_USER.test(text) ? undefined : text;
};

const shorten = (text: string): string =>
  text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS - 1)}…`;

/** Model requests: those over WebSocket are recorded under the upgrade's method. */
const hasPrompt = ({ method, transport }: Facts): boolean => method === 'POST' || transport === 'websocket';

/** Finds the user's first words of a session. */
export type FindTitle = (facts: readonly Facts[]) => Promise<string | undefined>;

/** Reading a body takes milliseconds: titles are remembered by the id of the session's first exchange. */
export const createFindTitle = (log: Pick<LogReader, 'get'>): FindTitle => {
  const known = new Map<string, string | undefined>();
  return async (facts) => {
    const key = facts[0]?.id ?? '';
    if (known.has(key)) return known.get(key);
    let title: string | undefined;
    for (const { id } of facts.filter(hasPrompt).slice(0, MAX_READ)) {
      const detail = await log.get(id);
      const conversation = detail && (await readConversation(detail));
      title = conversation?.items.map(userWords).find((text) => text !== undefined);
      if (title !== undefined) break;
    }
    title = title === undefined ? undefined : shorten(title);
    // While the first request runs, its body may not have been written.
    const isFinal = title !== undefined || facts.length > MAX_READ;
    if (known.size >= MAX_REMEMBERED) known.clear();
    if (isFinal) known.set(key, title);
    return title;
  };
};
