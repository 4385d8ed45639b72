import { useState } from 'preact/hooks';
import type { ConversationItem, ScriptCall } from '../../conversation/item.ts';
import { describeEnding } from '../../conversation/script/describe-ending.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { FoldLines } from '../parts/fold-lines.tsx';
import { Icon } from '../parts/icon.tsx';
import { texts } from '../texts.ts';
import { CallView } from './call-view.tsx';
import { Attachment } from './item-parts.tsx';
import { Markdown } from './markdown.tsx';
import { PromptFold } from './prompt-fold.tsx';
import { nameCall } from './read-call.ts';
import { roleOf, textOf } from './read-item.ts';

import { ToolOutput } from './tool-output.tsx';
import { visibleText } from './visible-text.ts';

const Message = ({ item }: { item: Extract<ConversationItem, { kind: 'message' }> }) => {
  const role = roleOf(item);
  const fromPerson = role === 'user' || role === 'assistant';
  const prompt = item.parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n\n');
  return (
    <>
      {!fromPerson && <PromptFold text={prompt} />}
      {item.parts.map((part, place) => {
        if (part.kind !== 'text') return <Attachment key={place} part={part} />;
        return fromPerson ? <Markdown key={place} text={part.text} /> : null;
      })}
    </>
  );
};

const Reasoning = ({ item }: { item: Extract<ConversationItem, { kind: 'reasoning' }> }) =>
  item.summary.length > 0 ? (
    <div class="reasoning-text">
      <Markdown text={item.summary.join('\n\n')} />
    </div>
  ) : (
    <span class="dim">{texts.turn.encryptedOnly}</span>
  );

/** How the calls of a script ended, a line for each. */
const ScriptEndings = ({ calls }: { calls: readonly ScriptCall[] }) => {
  const told = calls.flatMap((call) => {
    const ending = describeEnding(call);
    return ending ? [{ call, ...ending }] : [];
  });
  // One alone says so itself, above what it printed.
  if (told.length === 0 || (calls.length === 1 && calls[0]?.exitCode !== undefined)) return null;
  return (
    <ul class="script-endings mono">
      {told.map(({ call, text, isFailure, why }, place) => (
        <li key={place} class="line call">
          <span class="called">
            <b>{visibleText(call.name)}</b> {visibleText(nameCall(call))}
          </span>
          <span class={isFailure ? 'fail-text' : 'dim'} title={why}>
            {text}
          </span>
        </li>
      ))}
    </ul>
  );
};

/** An output whose call stands in the resent history: the call in one line, to know what answered. */
const AnsweredCall = ({ item }: { item: Extract<ConversationItem, { kind: 'toolOutput' }> }) => {
  const [open, setOpen] = useState(false);
  if (item.arguments === undefined) return null;
  return (
    <>
      <button type="button" class="answered" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'down' : 'right'} />
        <span class="mono">{visibleText(nameCall(item))}</span>
      </button>
      {open ? <CallView called={item} /> : item.script && <ScriptEndings calls={item.script} />}
    </>
  );
};

/** Their descriptions are thousands of words, the same in every request: the Request section has them. */
const OfferedTools = ({ names }: { names: readonly string[] }) => (
  <details>
    <summary class="dim">{texts.turn.offered(names.length)}</summary>
    <p class="mono">{visibleText(names.join(', '))}</p>
  </details>
);

const ItemContent = ({ item }: { item: ConversationItem }) => {
  switch (item.kind) {
    case 'message':
      return <Message item={item} />;
    case 'reasoning':
      return <Reasoning item={item} />;
    case 'toolCall':
      return <CallView called={item} />;
    case 'toolOutput':
      return (
        <>
          <AnsweredCall item={item} />
          <ToolOutput item={item} />
        </>
      );
    case 'tools':
      return <OfferedTools names={item.names} />;
    case 'unknown':
      return <FoldLines text={visibleText(item.json)} lines={6} />;
  }
};

/** The roles that look different. Any other one came from a stranger, and is no class of this page. */
const STYLED_ROLES = ['user', 'assistant', 'developer', 'system', 'context'];

const styleOf = (item: ConversationItem): string =>
  item.kind === 'message' ? (STYLED_ROLES.find((role) => role === roleOf(item)) ?? '') : '';

/** A tool's output belongs below its call, where both are here. */
const pairUp = (
  items: readonly ConversationItem[],
): Array<{ item: ConversationItem; output?: Extract<ConversationItem, { kind: 'toolOutput' }> }> => {
  const calls = new Set(
    items.flatMap((item) => (item.kind === 'toolCall' && item.callId ? [item.callId] : [])),
  );
  const outputs = new Map(
    items.flatMap((item) =>
      item.kind === 'toolOutput' && item.callId && calls.has(item.callId)
        ? [[item.callId, item] as const]
        : [],
    ),
  );
  return items
    .filter((item) => !(item.kind === 'toolOutput' && outputs.get(item.callId ?? '') === item))
    .map((item) => {
      const output = item.kind === 'toolCall' ? outputs.get(item.callId ?? '') : undefined;
      return output ? { item, output } : { item };
    });
};

/** Items of a conversation in order, the speaker in the margin. */
export const TurnItems = ({ items }: { items: readonly ConversationItem[] }) => (
  <ol class="items">
    {pairUp(items).map(({ item, output }, place) => (
      <li key={place} class={`item ${item.kind} ${styleOf(item)}`}>
        <span class="speaker">{visibleText(roleOf(item))}</span>
        <div class="said">
          <ItemContent item={item} />
          {output && <ToolOutput item={output} />}
        </div>
        <CopyButton text={() => textOf(item, output)} label={texts.copy.item} />
      </li>
    ))}
  </ol>
);
