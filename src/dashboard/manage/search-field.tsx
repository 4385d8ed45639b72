import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { choose, query } from '../state/route.ts';

const TYPING_MS = 200;

/** What a list is narrowed by, kept in the address as `search`. */
export const SearchField = ({ label }: { label: string }) => {
  const [typed, setTyped] = useState(query.value.get('search') ?? '');
  useEffect(() => {
    const timer = setTimeout(() => choose({ search: typed }, 'replace'), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div class="search">
      <Icon name="search" />
      <input
        class="field"
        type="search"
        placeholder={label}
        aria-label={label}
        value={typed}
        spellcheck={false}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
    </div>
  );
};
