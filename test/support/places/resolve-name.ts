import dns, { type LookupAddress } from 'node:dns';
import { onTestFinished } from 'vitest';

type Answer = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Answers questions for one name in this process, as a system's resolver would, until the test ends. */
export const resolveName = (name: string, addresses: readonly LookupAddress[]): void => {
  const system = dns.lookup;
  const lookup = (host: string, options: { all?: boolean }, answer: Answer): unknown => {
    if (host !== name) return Reflect.apply(system, dns, [host, options, answer]);
    const [first] = addresses;
    return process.nextTick(() =>
      options.all ? answer(null, [...addresses]) : answer(null, first?.address ?? '', first?.family),
    );
  };
  Object.assign(dns, { lookup });
  onTestFinished(() => void Object.assign(dns, { lookup: system }));
};
