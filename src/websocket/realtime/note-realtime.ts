import type { ExchangeRecord } from '../../log/record.ts';
import type { AdmittedUpgrade } from '../session.ts';

/** Of a name that comes from a client. */
const MAX_NAME = 200;

/** Writes into the record which model a connection asked for, and where that led. */
export const noteRealtime = (record: ExchangeRecord, { realtime }: AdmittedUpgrade): void => {
  if (!realtime) return;
  const { requestedModel, model, route } = realtime;
  if (requestedModel !== undefined) {
    record.requestedModel = requestedModel.slice(0, MAX_NAME);
    record.model = record.requestedModel;
  }
  if (model !== undefined) record.sentModel = model.slice(0, MAX_NAME);
  if (model !== undefined && model !== requestedModel) record.upstreamModel = model.slice(0, MAX_NAME);
  if (route) record.route = route;
};
