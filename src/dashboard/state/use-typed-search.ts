import { useEffect, useRef, useState } from 'preact/hooks';
import { choose, query } from './route.ts';

const TYPING_MS = 200;

/**
 * What a list is narrowed by, as it is typed: kept in the address as `search` once the typing rests, and taken from
 * there where the address changes by itself, as when going back.
 */
export const useTypedSearch = (): readonly [typed: string, type: (text: string) => void] => {
  const search = query.value.get('search') ?? '';
  const [typed, setTyped] = useState(search);
  const told = useRef(search);
  useEffect(() => {
    if (search !== told.current) setTyped(search);
    told.current = search;
  }, [search]);
  useEffect(() => {
    if (typed === told.current) return;
    const timer = setTimeout(() => {
      told.current = typed;
      choose({ search: typed }, 'replace');
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return [typed, setTyped];
};
