import { useState } from 'preact/hooks';
import { texts } from '../texts.ts';

const SHOWN_ENTRIES = 100;
const SHOWN_CHARACTERS = 240;
/** So deep is open from the start. What lies deeper is rendered when it is asked for, however deep it goes. */
const OPEN_DEPTH = 2;
const MAX_OPEN_ENTRIES = 30;

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

const Scalar = ({ value }: { value: unknown }) => {
  const [open, setOpen] = useState(false);
  if (typeof value !== 'string') return <span class="json-other">{String(value)}</span>;
  const long = value.length > SHOWN_CHARACTERS;
  return (
    <span class="json-string">
      {open || !long ? value : value.slice(0, SHOWN_CHARACTERS)}
      {long && (
        <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? texts.fold.less : texts.fold.moreCharacters(value.length - SHOWN_CHARACTERS)}
        </button>
      )}
    </span>
  );
};

/** What a folded container holds, in a few words: its type and name where it has them. */
const summaryOf = (value: object): string => {
  if (Array.isArray(value)) return texts.json.items(value.length);
  const named = ['type', 'role', 'name']
    .map((key) => (value as Record<string, unknown>)[key])
    .filter((text) => typeof text === 'string');
  return named.length > 0 ? named.join(' · ') : texts.json.fields(Object.keys(value).length);
};

const Entries = ({ value, depth }: { value: object; depth: number }) => {
  const [shown, setShown] = useState(SHOWN_ENTRIES);
  const entries = Object.entries(value);
  return (
    <ul>
      {entries.slice(0, shown).map(([name, child]) => (
        <Branch key={name} name={name} value={child} depth={depth} />
      ))}
      {entries.length > shown && (
        <li>
          <button type="button" class="link" onClick={() => setShown(shown * 4)}>
            {texts.json.more(entries.length - shown)}
          </button>
        </li>
      )}
    </ul>
  );
};

const Branch = ({ name, value, depth }: { name: string; value: unknown; depth: number }) => {
  const size = isContainer(value) ? Object.keys(value).length : 0;
  const [open, setOpen] = useState(depth < OPEN_DEPTH && size <= MAX_OPEN_ENTRIES);
  if (!isContainer(value) || size === 0) {
    return (
      <li>
        <span class="json-name">{name}</span>
        {isContainer(value) ? (
          <span class="json-other">{Array.isArray(value) ? '[]' : '{}'}</span>
        ) : (
          <Scalar value={value} />
        )}
      </li>
    );
  }
  return (
    <li>
      <button type="button" class="json-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="json-name">{name}</span>
        <span class="dim">{summaryOf(value)}</span>
      </button>
      {open && <Entries value={value} depth={depth + 1} />}
    </li>
  );
};

/** JSON to unfold. Only what is open is rendered: a body of megabytes, or of a thousand levels, costs nothing. */
export const JsonTree = ({ value }: { value: unknown }) => (
  <div class="json">
    {isContainer(value) ? <Entries value={value} depth={1} /> : <Scalar value={value} />}
  </div>
);
