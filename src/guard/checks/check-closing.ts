import { GatewayError } from '../../base/errors.ts';

/**
 * Refuses what comes in while the gateway stops.
 * @throws GatewayError shutting_down
 */
export const checkClosing = (isClosing: boolean): void => {
  if (isClosing) {
    throw new GatewayError(
      'shutting_down',
      'the gateway is stopping. Start it again with `npx gomodel-ts serve`.',
      { headers: { connection: 'close' } },
    );
  }
};
