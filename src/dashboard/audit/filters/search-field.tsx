import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AuditLogQuery } from '../../../admin/api-types/queries.ts';
import { parseSearch } from '../../../log/search/parse-search.ts';
import { Icon } from '../../parts/icon.tsx';
import { choose } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const TYPING_MS = 250;

/** What is wrong with a search, in words; undefined where nothing is. */
const problemIn = (text: string): string | undefined => {
  try {
    parseSearch(text, Date.now());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^gomodel-ts: /, '') : String(error);
  }
};

/** The one box for words and names; what is wrong with them is said below it. */
export const SearchField = ({ filter }: { filter: AuditLogQuery }) => {
  const typed = useSignal<string | undefined>(undefined);
  // `search` is what addresses had before there was a language.
  const value = typed.value ?? filter.q ?? filter.search ?? '';
  const problem = problemIn(value);
  const hasWords = problem === undefined && parseSearch(value, 0).filter.search !== undefined;
  useEffect(() => {
    const text = typed.value;
    if (text === undefined || problemIn(text) !== undefined) return;
    const timer = setTimeout(() => {
      choose({ q: text, search: undefined, ...(text ? {} : { in: undefined }) }, 'replace');
      typed.value = undefined;
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed.value, typed]);
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        class="field"
        type="search"
        placeholder={texts.filter.search}
        aria-label={texts.filter.search}
        title={texts.filter.searchHint}
        value={value}
        spellcheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? 'search-problem' : undefined}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <kbd>/</kbd>
      {problem && (
        <p id="search-problem" class="search-problem" role="alert">
          {problem}
        </p>
      )}
      {hasWords && (
        <button
          type="button"
          class="toggle"
          aria-pressed={filter.in === 'bodies'}
          title={texts.filter.inBodiesHint}
          onClick={() => choose({ in: filter.in === 'bodies' ? undefined : 'bodies' })}
        >
          {texts.filter.inBodies}
        </button>
      )}
    </div>
  );
};
