import { openState } from '../../audit/state.ts';
import { isObject } from '../../sse/json-object.ts';

/** A gateway that a run of Codex can use. */
export interface UsableGateway {
  /** Ending in `/v1`. */
  readonly baseUrl: string;
  readonly key: string;
}

const ANSWER_WITHIN_MS = 1_000;

/** @returns whether the gateway asks for a key; undefined where it is not one, or not up */
const asksForKey = async (url: string): Promise<boolean | undefined> => {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const answer: unknown = await response.json();
    if (!isObject(answer) || answer.service !== 'gomodel-ts') return undefined;
    return answer.auth !== 'none';
  } catch {
    return undefined;
  }
};

/**
 * The running gateway of a data folder, where its key is known or it asks for none.
 * @param masterKey `GOMODEL_MASTER_KEY` of this shell
 */
export const findGateway = async (
  dataDir: string,
  masterKey: string | undefined,
): Promise<UsableGateway | undefined> => {
  const url = await (await openState<{ readonly id: string }>(dataDir)).findRunningUrl();
  if (url === undefined) return undefined;
  const guarded = await asksForKey(url);
  if (guarded === undefined || (guarded && masterKey === undefined)) return undefined;
  // Codex does not start without a value in the variable; an open gateway takes any.
  return { baseUrl: `${url}/v1`, key: masterKey ?? 'none' };
};
