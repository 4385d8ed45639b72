import { useCallback, useEffect, useState } from 'preact/hooks';

/** An answer on its way. While a new one is loaded, the last one stays in view. */
export interface Load<Value> {
  readonly value?: Value;
  readonly error?: Error;
  readonly loading: boolean;
  reload(): void;
}

interface State<Value> {
  readonly value?: Value;
  readonly error?: Error;
  /** The question that `value` answers. */
  readonly of: string;
  readonly loading: boolean;
}

/**
 * Loads a value, and loads it anew when `question` changes.
 * @param question what is asked, as text; undefined asks nothing
 */
export const useLoad = <Value>(
  question: string | undefined,
  load: (signal: AbortSignal) => Promise<Value>,
): Load<Value> => {
  const [state, setState] = useState<State<Value>>({ of: '', loading: true });
  const [round, setRound] = useState(0);
  // `load` is a new closure at each render: `question` says when its answer would be another.
  useEffect(() => {
    if (question === undefined) return;
    const leave = new AbortController();
    setState((last) => ({ ...last, loading: true }));
    load(leave.signal).then(
      (value) => {
        // What was asked for before may still arrive, after the answer that counts.
        if (!leave.signal.aborted) setState({ value, of: question, loading: false });
      },
      (error: unknown) => {
        if (leave.signal.aborted) return;
        const reason = error instanceof Error ? error : new Error(String(error));
        setState((last) => ({
          ...(last.of === question ? last : { of: question }),
          error: reason,
          loading: false,
        }));
      },
    );
    return () => leave.abort();
  }, [question, round]);
  const reload = useCallback(() => setRound((last) => last + 1), []);
  return { ...state, reload };
};
