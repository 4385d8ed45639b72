import { readFileSync } from 'node:fs';

// Loaded into a proxy by --import: says over its channel how long the event loop stood still at most, and how
// much of a standstill the loop itself was at work. In the rest it waited for a core that others had.
const EVERY_MS = 5;

/** Time that this thread has waited for a core, in ms; 0 where the system does not tell. */
const readWaitedMs = (): number => {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
};

let stallMs = 0;
let busyMs = 0;
let lastAt = performance.now();
let lastWaitedMs = readWaitedMs();

setInterval(() => {
  const now = performance.now();
  const waitedMs = readWaitedMs();
  const late = now - lastAt - EVERY_MS;
  stallMs = Math.max(stallMs, late);
  busyMs = Math.max(busyMs, late - (waitedMs - lastWaitedMs));
  lastAt = now;
  lastWaitedMs = waitedMs;
}, EVERY_MS).unref();

process.on('message', (message) => {
  if (message === 'read') process.send?.({ stallMs, busyMs });
  stallMs = 0;
  busyMs = 0;
});
// The channel must not keep the proxy from ending.
process.channel?.unref();
