import { syncBuiltinESMExports } from 'node:module';
import os, { networkInterfaces } from 'node:os';
import { onTestFinished } from 'vitest';

/** An address of this machine that others could reach; undefined where it has none. */
export const ownOuterAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

const system = os.networkInterfaces;

const replaceInterfaces = (replacement: typeof networkInterfaces): void => {
  Object.assign(os, { networkInterfaces: replacement });
  syncBuiltinESMExports();
};

/** From now on this process's system no longer lists an address, until the test ends. */
export const loseAddress = (address: string): void => {
  replaceInterfaces(() =>
    Object.fromEntries(
      Object.entries(system()).map(([name, addresses = []]) => [
        name,
        addresses.filter((one) => one.address !== address),
      ]),
    ),
  );
  onTestFinished(giveAddressBack);
};

/** Takes `loseAddress` back. */
export const giveAddressBack = (): void => replaceInterfaces(system);
