import type { JsonObject } from '../../base/json-object.ts';
import { createDefinitionDesk, type DefinitionDesk, type DefinitionDeskDeps } from '../definition-desk.ts';
import { type DefinitionKind, type DefinitionStore, openDefinitionStore } from '../definition-store.ts';
import { limitScopeText, type RateLimit } from './rate-limit.ts';
import { readLimit } from './read-limits.ts';

export type LimitStore = DefinitionStore<RateLimit>;
export type LimitDesk = DefinitionDesk<RateLimit>;

/** As the API takes it: the scope, and a member for each number. */
export const limitFields = (limit: RateLimit): JsonObject => ({
  scope: limitScopeText(limit),
  ...Object.fromEntries(limit.rules.map(({ name, limit: most }) => [name, most])),
  ...(limit.concurrent !== undefined && { concurrent: limit.concurrent }),
});

export const LIMITS: DefinitionKind<RateLimit> = {
  name: 'limits',
  noun: 'rate limit',
  unknownCode: 'unknown_limit',
  idOf: limitScopeText,
  fieldsOf: limitFields,
  read: (fields) => readLimit(fields, 'store'),
};

/** The rate limits in `limits.json` of a data folder. */
export const openLimitStore = (dataDir: string): LimitStore => openDefinitionStore(dataDir, LIMITS);

export const createLimitDesk = (deps: DefinitionDeskDeps<RateLimit>): LimitDesk =>
  createDefinitionDesk('limit', LIMITS, deps);
