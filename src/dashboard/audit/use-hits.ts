import { useEffect, useRef, useState } from 'preact/hooks';
import type { TextHit } from '../../admin/api-types/log.ts';
import { api } from '../state/api.ts';

/** The API takes no more at once. */
const MAX_IDS = 40;
/** While the list is scrolled through, nothing is asked. */
const REST_MS = 120;

type Hits = ReadonlyMap<string, TextHit>;

/** Where the exchanges in view say a text, read as they come into view. */
export const useHits = (text: string | undefined, ids: readonly string[]): Hits => {
  const [hits, setHits] = useState<Hits>(new Map());
  const asked = useRef({ text, ids: new Set<string>() });
  const wanted = ids.join();
  useEffect(() => {
    if (asked.current.text !== text) {
      asked.current = { text, ids: new Set() };
      setHits(new Map());
    }
    const { ids: known } = asked.current;
    const missing = ids.filter((id) => !known.has(id)).slice(0, MAX_IDS);
    if (text === undefined || missing.length === 0) return;
    // An answer that comes after the words have changed tells nothing of the new ones.
    const isStale = (): boolean => asked.current.ids !== known;
    const timer = setTimeout(() => {
      for (const id of missing) known.add(id);
      api.hits(missing, text).then(
        (answer) => {
          if (isStale()) return;
          setHits((last) => new Map([...last, ...answer.hits.map((hit) => [hit.id, hit] as const)]));
        },
        () => {
          for (const id of missing) known.delete(id);
        },
      );
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text, wanted, hits]);
  return hits;
};
