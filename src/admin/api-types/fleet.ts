/** What a client, a person or a repository used. */
export interface FleetUse {
  requests: number;
  /** Of the metered requests with a known price, in USD; `null` where none has one. */
  cost: number | null;
  last_request_at: string;
  /** The newest exchange; absent where the log holds it no more. */
  last_id?: string;
}

/** A version of a program. */
export interface FleetClient extends FleetUse {
  name: string;
  version?: string;
  people: number;
  /** Requests that paid again for what the provider had in its cache a moment before. */
  cache_losses: number;
  /** The tokens that were paid for again. */
  lost_tokens: number;
  /** What those cost more than from the cache, in USD; `null` where no price is known. */
  lost_cost: number | null;
}

/**
 * Whether somebody's client follows the policy, as it says itself: the present version, an older one, or none.
 * `unknown`: there is no policy.
 */
export type Enrolled = 'current' | 'old' | 'no' | 'unknown';

/** Whoever has a key, has signed in, or is known by a user path; or `master_key`, `chatgpt`, `none`. */
export interface FleetPerson extends FleetUse {
  id: string;
  /** What their key is called. */
  name?: string;
  user_path?: string;
  /** Programs with their versions, the newest first. */
  clients: string[];
  enrolled: Enrolled;
  /** The version of the policy that their client named last. */
  policy?: string;
}

interface FleetRepository extends FleetUse {
  /** `host/owner/name` */
  repository: string;
  people: number;
}

/** A model that was asked for, and another one that answered. */
interface FleetOtherModel extends FleetUse {
  asked: string;
  served: string;
  provider?: string;
}

/** `GET fleet` */
export interface FleetAnswer {
  start_date: string;
  end_date: string;
  /** How many exchanges the period has. */
  exchanges: number;
  /** False where the period has so many that lost caches were looked for in a part of them alone. */
  is_whole: boolean;
  /** The version of the policy for everybody; absent where there is none. */
  policy?: string;
  /** By requests, most first; at most 200 of each. */
  clients: FleetClient[];
  people: FleetPerson[];
  repositories: FleetRepository[];
  other_models: FleetOtherModel[];
}

/** `GET fleet` takes a period. */
export interface FleetQuery {
  days?: number;
  start_date?: string;
  end_date?: string;
  timezone?: string;
}
