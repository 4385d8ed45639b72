import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into a proxy by --import: says over its channel how long the event loop stood still at most.
const RESOLUTION_MS = 5;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

process.on('message', (message) => {
  if (message === 'reset') delays.reset();
  if (message === 'read') process.send?.({ stallMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS) });
});
// The channel must not keep the proxy from ending.
process.channel?.unref();
