import type { ConversationItem } from '../../conversation/item.ts';
import type { CacheLoss } from './detail.ts';
import type { AuditEntry } from './entry.ts';

/** Items that stand beside each other: `same` once, others on the side that has them. */
export type ComparedItem =
  | { kind: 'same'; item: ConversationItem }
  | { kind: 'different'; left?: ConversationItem; right?: ConversationItem };

/**
 * `GET audit/compare?left=ID&right=ID` → two exchanges side by side; texts of items are shortened to 20,000 characters.
 */
export interface CompareAnswer {
  left: AuditEntry;
  right: AuditEntry;
  input: ComparedItem[];
  output: ComparedItem[];
  /** Where the requests part, in the order in which a provider lays a prompt out; absent where one begins as the other. */
  difference?: Pick<CacheLoss, 'cause' | 'where' | 'byteOffset' | 'before' | 'after'>;
  /** Tokens that both have in common and the right one did not read from the cache. */
  lost_tokens: number;
  /** What they cost more than from the cache, in USD; `null` where the model has no price. */
  lost_cost: number | null;
}
