import { Icon } from '../parts/icon.tsx';
import { useTypedSearch } from '../state/use-typed-search.ts';

/** What a list is narrowed by, kept in the address as `search`. */
export const SearchField = ({ label }: { label: string }) => {
  const [typed, type] = useTypedSearch();
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
        onInput={(event) => type(event.currentTarget.value)}
      />
    </div>
  );
};
