import type { ChosenDestination } from '../../forward/route/destination.ts';
import { mayHoldThoughts } from '../../translate/foreign-thoughts.ts';
import { needsUnsealing } from '../../translate/unseal-body.ts';
import type { CreateFrame } from '../client/read-client-frame.ts';

/** A request can be relayed unchanged only if model, effort and upstream stay the same and it has no fallbacks. */
export const isRelayable = (
  { model, bytes }: Pick<CreateFrame, 'model' | 'bytes'>,
  upstream: ChosenDestination['upstream'],
  destination: Omit<ChosenDestination, 'why'>,
): boolean =>
  destination.upstream === upstream &&
  destination.model === model &&
  !needsUnsealing(bytes) &&
  !(upstream.refusesForeignThoughts && mayHoldThoughts(bytes)) &&
  destination.effort === undefined &&
  destination.fallbacks.length === 0;
