import { fetchGateway } from '../base/fetch-gateway.ts';
import { isObject } from '../base/json-object.ts';
import { INSTANCE_HEADER } from '../http/health.ts';

/** A gateway that answers. */
export interface RunningGateway {
  /** Without `/v1`. */
  readonly url: string;
  readonly version: string;
  /** Whether it asks for a key. */
  readonly isGuarded: boolean;
  /** Absent: it is of an older version. */
  readonly instance: string | undefined;
}

const ANSWER_WITHIN_MS = 2_000;

/** @returns undefined where no gateway of ours answers there */
export const askHealth = async (url: string): Promise<RunningGateway | undefined> => {
  try {
    const response = await fetchGateway(`${url}/health`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const answer: unknown = await response.json();
    if (!isObject(answer) || answer.service !== 'gomodel-ts') return undefined;
    return {
      url,
      version: String(answer.version),
      isGuarded: answer.auth !== 'none',
      instance: response.headers.get(INSTANCE_HEADER) ?? undefined,
    };
  } catch {
    return undefined;
  }
};
