import type {
  AdminLogAnswer,
  KeyAnswer,
  KeysAnswer,
  SignInAnswer,
  SignInsAnswer,
} from '../../../src/admin/api-types/access.ts';
import type { BudgetDefinition, BudgetsAnswer } from '../../../src/admin/api-types/budgets.ts';
import type { BudgetStatus } from '../../../src/guard/budgets/ledger-port.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const isoIn = (nowMs: number, ms: number): string => new Date(nowMs + ms).toISOString();

const key = (nowMs: number, id: string, name: string, terms: Partial<KeyAnswer> = {}): KeyAnswer => ({
  id,
  name,
  state: 'active',
  role: 'user',
  acceptsUserPath: false,
  labels: [],
  models: [],
  providers: [],
  bodies: 'none',
  createdAt: isoIn(nowMs, -40 * DAY_MS),
  ...terms,
});

/** The keys of a small team. */
export const answerKeys = (nowMs: number): KeysAnswer => ({
  keys: [
    key(nowMs, '4f7k2m9q1x', 'lena', { role: 'admin', bodies: 'all' }),
    key(nowMs, 'p03hd82ksl', 'anna', {
      role: 'member',
      userPath: '/team/alpha',
      bodies: 'own',
      expiresAt: isoIn(nowMs, 51 * DAY_MS),
    }),
    key(nowMs, 'a9d77xk1b2', 'ci', {
      userPath: '/team/alpha/ci',
      acceptsUserPath: true,
      labels: ['ci', 'nightly'],
      models: ['gpt-5*', 'o4-mini'],
      providers: ['openai'],
    }),
    key(nowMs, 'z81mm2qv0c', 'review', {
      state: 'expired',
      role: 'auditor',
      bodies: 'none',
      expiresAt: isoIn(nowMs, -2 * DAY_MS),
    }),
    key(nowMs, 'k22lw90ttr', 'old-laptop', { state: 'revoked', revokedAt: isoIn(nowMs, -9 * DAY_MS) }),
  ],
});

const signIn = (nowMs: number, id: string, name: string, more: Partial<SignInAnswer>): SignInAnswer => ({
  id,
  personId: `sso:${name}`,
  name,
  email: `${name}@corp.example`,
  groups: ['platform'],
  client: 'codex',
  address: '10.20.3.14',
  since: isoIn(nowMs, -26 * HOUR_MS),
  lastUsed: isoIn(nowMs, -HOUR_MS / 12),
  expires: isoIn(nowMs, 30 * DAY_MS),
  ...more,
});

/** Two people with three programs, and one from before addresses were kept. */
export const answerSignIns = (nowMs: number): SignInsAnswer => ({
  signIns: [
    signIn(nowMs, '5f2c9a0b7d3e4c11', 'anna', {}),
    signIn(nowMs, '0c77ab12de90f344', 'anna', {
      client: 'terminal (claude-cli/2.1.40 on anna-laptop)',
      lastUsed: isoIn(nowMs, -3 * HOUR_MS),
    }),
    signIn(nowMs, '91d0e2f3a4b5c6d7', 'lena', {
      client: 'page',
      address: '10.20.7.2',
      groups: ['ops', 'platform'],
      since: isoIn(nowMs, -HOUR_MS),
      expires: isoIn(nowMs, 2 * HOUR_MS),
    }),
    {
      ...signIn(nowMs, '3b9aca00ffee0123', 'otto', { groups: [], lastUsed: isoIn(nowMs, -9 * DAY_MS) }),
      name: 'Otto von Lengenfeld-Hohenstein',
    },
  ],
  total: 4,
});

type Budget = BudgetDefinition & Pick<BudgetStatus, 'spent' | 'reserved'> & { child?: string };

const BUDGETS: readonly Budget[] = [
  {
    id: '/ monthly',
    scope: '/',
    period: 'monthly',
    timezone: 'Europe/Berlin',
    unit: 'usd',
    limit: 500,
    enforcement: 'hard',
    source: 'file',
    spent: 212.4,
    reserved: 0.82,
  },
  {
    id: '/team/alpha daily',
    scope: '/team/alpha',
    period: 'daily',
    timezone: 'Europe/Berlin',
    unit: 'usd',
    limit: 20,
    enforcement: 'hard',
    source: 'store',
    spent: 17.3,
    reserved: 0.31,
  },
  {
    id: 'label:ci hourly tokens',
    scope: 'label:ci',
    period: 'hourly',
    timezone: 'UTC',
    unit: 'tokens',
    limit: 2_000_000,
    enforcement: 'soft',
    source: 'store',
    spent: 2_140_000,
    reserved: 0,
  },
  {
    id: 'session:* total',
    scope: 'session:*',
    period: 'total',
    timezone: 'UTC',
    unit: 'usd',
    limit: 5,
    enforcement: 'ceiling',
    source: 'store',
    spent: 5.2,
    reserved: 0,
    child: '0199f3c2-77aa-7000-a000-000000000001',
  },
  {
    id: 'session:* total',
    scope: 'session:*',
    period: 'total',
    timezone: 'UTC',
    unit: 'usd',
    limit: 5,
    enforcement: 'ceiling',
    source: 'store',
    spent: 0.61,
    reserved: 0.12,
    child: '0199f3c2-77aa-7000-a000-000000000002',
  },
];

const statusOf = (nowMs: number, budget: Budget): BudgetStatus => ({
  ...budget,
  tokens: 1_200_000,
  listUsd: budget.scope === '/' ? 88.1 : 0,
  ...(budget.period !== 'total' && {
    startedAt: isoIn(nowMs, -7 * HOUR_MS),
    resetsAt: isoIn(nowMs, budget.period === 'hourly' ? HOUR_MS / 3 : 17 * HOUR_MS),
  }),
});

/** Budgets in every state: fine, nearly spent, passed, and counted apart. */
export const answerBudgets = (nowMs: number): BudgetsAnswer => ({
  budgets: BUDGETS.map((budget) => statusOf(nowMs, budget)),
  definitions: [
    ...new Map(
      BUDGETS.map(({ spent: _spent, reserved: _reserved, child: _child, ...definition }) => [
        definition.id,
        definition,
      ]),
    ).values(),
  ],
  limits: [
    { scope: '/', name: 'concurrent', limit: 16, used: 3, source: 'store' },
    { scope: '/team/alpha', name: 'rpm', limit: 60, used: 60, source: 'store' },
    { scope: 'key:*', child: 'a9d77xk1b2', name: 'tpm', limit: 400_000, used: 152_400, source: 'store' },
    { scope: 'provider:openai', name: 'rpd', limit: 10_000, used: 8_211, source: 'store' },
  ],
});

/** What was changed lately. */
export const answerAdminLog = (nowMs: number): AdminLogAnswer => ({
  entries: [
    {
      schemaVersion: 1,
      at: isoIn(nowMs, -HOUR_MS),
      by: 'key:4f7k2m9q1x',
      action: 'budget.set',
      target: '/team/alpha daily',
      from: { limit: 10, enforcement: 'soft' },
      to: { limit: 20, enforcement: 'hard' },
    },
    {
      schemaVersion: 1,
      at: isoIn(nowMs, -2 * DAY_MS),
      by: 'cli:lena',
      action: 'key.update',
      target: 'a9d77xk1b2',
      from: { models: [] },
      to: { models: ['gpt-5*', 'o4-mini'] },
    },
    {
      schemaVersion: 1,
      at: isoIn(nowMs, -9 * DAY_MS),
      by: 'master_key',
      action: 'key.revoke',
      target: 'k22lw90ttr',
      from: {},
      to: { revokedAt: isoIn(nowMs, -9 * DAY_MS) },
    },
    {
      schemaVersion: 1,
      at: isoIn(nowMs, -40 * DAY_MS),
      by: 'none',
      action: 'key.create',
      target: '4f7k2m9q1x',
      to: { name: 'lena', role: 'admin', bodies: 'all' },
    },
  ],
});
