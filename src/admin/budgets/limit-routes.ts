import type { JsonObject } from '../../base/json-object.ts';
import { createLimitDesk, type LimitDesk, limitFields } from '../../guard/limits/limit-store.ts';
import { limitScopeText, type RateLimit } from '../../guard/limits/rate-limit.ts';
import { readLimit } from '../../guard/limits/read-limits.ts';
import { type Call, type Handle, sendJson, sendNothing } from '../api/call.ts';
import { readSmallBody } from '../api/read-small-body.ts';
import type { LimitsAnswer } from '../api-types/budgets.ts';
import { type GoModelRule, readGoModelRule } from './gomodel-forms.ts';
import { type BudgetRoutesDeps, requireBudgets, seesScope } from './kept-budgets.ts';

/** The id of the limit that a rule is part of. @throws GatewayError invalid_request */
const idOf = ({ scope, perChild }: GoModelRule): string =>
  limitScopeText(readLimit({ scope, ...(perChild && { per_child: true }), concurrent: 0 }, 'store'));

const withoutAbsent = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

/** Rate limits as they stand, and how they are set and removed. */
export const limitHandlers = (deps: BudgetRoutesDeps): Readonly<Record<'GET' | 'PUT' | 'DELETE', Handle>> => {
  const deskOf = ({ viewer }: Call): LimitDesk =>
    createLimitDesk({
      store: requireBudgets(deps).limitStore,
      log: deps.adminLog,
      now: deps.now,
      by: viewer.name,
    });
  const storedOf = async (desk: LimitDesk, id: string): Promise<RateLimit | undefined> =>
    (await desk.list()).find((limit) => limitScopeText(limit) === id);

  return {
    GET: async (call) => {
      const { limits, problem } = requireBudgets(deps);
      const trouble = problem();
      const answer: LimitsAnswer = {
        limits: (await limits.status()).filter(({ scope }) => seesScope(call.viewer, scope)),
        ...(trouble !== undefined && { problem: trouble }),
      };
      sendJson(call, answer);
    },
    PUT: async (call) => {
      const desk = deskOf(call);
      const given = await readSmallBody(call.request);
      const rule = readGoModelRule(given);
      if (!rule) {
        sendJson(call, { id: limitScopeText(await desk.set(given)) });
        return;
      }
      // A rule of GoModel's leaves those of other periods as they are.
      const id = idOf(rule);
      const stored = await storedOf(desk, id);
      const fields = { ...(stored && limitFields(stored)), ...rule.rules, scope: id };
      sendJson(call, { id: limitScopeText(await desk.set(withoutAbsent(fields))) });
    },
    DELETE: async (call) => {
      const desk = deskOf(call);
      const id = call.query.get('id');
      const rule = id === null ? readGoModelRule(await readSmallBody(call.request)) : undefined;
      if (!rule) {
        await desk.remove(id ?? '');
        sendNothing(call);
        return;
      }
      const named = idOf(rule);
      const stored = await storedOf(desk, named);
      const left = Object.fromEntries(
        Object.entries(stored ? limitFields(stored) : {}).filter(
          ([name]) => name !== 'scope' && !(name in rule.rules),
        ),
      );
      if (Object.keys(left).length === 0) await desk.remove(named);
      else await desk.set({ ...left, scope: named });
      sendNothing(call);
    },
  };
};
