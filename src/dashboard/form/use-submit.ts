import { useState } from 'preact/hooks';
import { ApiError } from '../state/api.ts';

export interface Submission {
  readonly busy: boolean;
  /** Why it was refused; `param` names the field that is at fault. */
  readonly failure: { readonly message: string; readonly param: string | undefined } | undefined;
  /** Never rejects: what fails is `failure`. */
  run(): Promise<void>;
}

/** Sends a form once at a time, and keeps what the gateway says against it. */
export const useSubmit = (send: () => Promise<void>): Submission => {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Submission['failure']>();
  const run = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await send();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      setFailure({ message, param: error instanceof ApiError ? error.param : undefined });
    }
    setBusy(false);
  };
  return { busy, failure, run };
};

/** What is wrong with one of the fields. */
export const problemOf = ({ failure }: Submission, ...params: readonly string[]): string | undefined =>
  failure?.param !== undefined && params.includes(failure.param) ? failure.message : undefined;
