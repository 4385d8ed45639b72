import { GatewayError } from '../../base/errors.ts';
import type { AdminLog } from '../../guard/admin-log.ts';
import type { Viewer } from '../../guard/viewer.ts';
import type { ExchangeDetail } from '../../log/port.ts';
import { mayReadBodies } from '../access/scope-log.ts';
import { type DetailDeps, requireExchange } from '../answers/detail.ts';
import { type Call, type Handle, sendJson } from '../api/call.ts';
import { readSmallBody } from '../api/read-small-body.ts';
import type { SendAgainAnswer, SentAgainAnswer } from '../api-types/again.ts';
import { readText } from '../select/read-query.ts';
import { estimateAgain } from './estimate-again.ts';
import { type FindModelsDeps, findModels } from './find-models.ts';
import { prepareAgain } from './prepare-again.ts';
import type { SendAgain } from './send-again.ts';

export interface AgainRoutesDeps extends DetailDeps, FindModelsDeps {
  readonly adminLog: AdminLog;
  readonly now: () => number;
  readonly again: SendAgain;
}

const MAX_MODEL = 200;

/** @throws GatewayError unknown_exchange, not_permitted */
const requireReadable = async (deps: DetailDeps, id: string, viewer: Viewer): Promise<ExchangeDetail> => {
  const detail = await requireExchange(deps, id);
  if (mayReadBodies(viewer, detail.record)) return detail;
  throw new GatewayError(
    'not_permitted',
    `${viewer.name} may not read this request, so cannot send it again. Ask whoever runs this gateway for the right to read bodies.`,
  );
};

/** @throws GatewayError invalid_request */
const requireModel = (given: unknown): string => {
  const model = typeof given === 'string' ? given.trim() : '';
  if (model !== '' && model.length <= MAX_MODEL) return model;
  throw new GatewayError(
    'invalid_request',
    `model must name the model to send it to, in at most ${MAX_MODEL} characters.`,
    { param: 'model' },
  );
};

/** What sending a recorded request to another model would take, and how it is sent. */
export const againHandlers = (deps: AgainRoutesDeps): Readonly<Record<'GET' | 'POST', Handle>> => {
  const idOf = ({ params }: Call): string => params[0] ?? '';
  return {
    GET: async (call) => {
      const detail = await requireReadable(deps, idOf(call), call.viewer);
      const named = readText(call.query, 'model');
      const model = named === undefined ? undefined : requireModel(named);
      const [prepared, known, pricing] = await Promise.all([
        prepareAgain(detail, model ?? ''),
        findModels(deps),
        deps.pricing(),
      ]);
      const answer: SendAgainAnswer = {
        model: prepared.model ?? null,
        models: [...known.names],
        left_out: [...prepared.leftOut],
        ...(model !== undefined && {
          estimate: estimateAgain(detail.record, {
            ...{ model, pricing },
            bodyBytes: prepared.body.length,
            to: known.leadsTo(model),
            nowMs: deps.now(),
          }),
        }),
      };
      sendJson(call, answer);
    },
    POST: async (call) => {
      const detail = await requireReadable(deps, idOf(call), call.viewer);
      const model = requireModel((await readSmallBody(call.request)).model);
      const { id } = detail.record;
      const sent = await deps.again.send(id, await prepareAgain(detail, model), call.viewer);
      await deps.adminLog.append({
        at: new Date(deps.now()).toISOString(),
        by: call.viewer.name,
        action: 'exchange.send_again',
        target: id,
        to: { model, id: sent },
      });
      sendJson(call, { id: sent } satisfies SentAgainAnswer, 202);
    },
  };
};
