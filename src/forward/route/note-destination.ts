import type { ExchangeRecord } from '../../log/record.ts';
import type { Translation } from '../../translate/translation.ts';
import { tellLosses } from '../relay/tell-losses.ts';
import type { Destination } from './destination.ts';

/** Of a name that comes from a client. */
const MAX_NAME = 200;

/** Writes into the record where a request goes. @param asked the model as the client wrote it */
export const noteDestination = (
  record: ExchangeRecord,
  { upstream, model }: Destination,
  asked: string | undefined,
  translation?: Translation,
): void => {
  record.provider = upstream.name;
  record.upstream = upstream.baseUrl.host;
  if (upstream.keyName === undefined) delete record.providerKey;
  else record.providerKey = upstream.keyName;
  if (model !== undefined) record.sentModel = model.slice(0, MAX_NAME);
  if (model !== undefined && model !== asked) record.upstreamModel = model;
  else delete record.upstreamModel;
  if (translation) {
    const { dialect, losses, caching } = translation;
    record.translation = { dialect, losses: tellLosses(losses), ...(caching !== undefined && { caching }) };
  } else delete record.translation;
};
