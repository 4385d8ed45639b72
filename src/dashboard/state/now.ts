import { computed, signal } from '@preact/signals';
import { clockSkewMs } from './feed.ts';

const TICK_MS = 100;
const clock = signal(Date.now());

// One clock for all that counts up. A hidden page needs none.
setInterval(() => {
  if (!document.hidden) clock.value = Date.now();
}, TICK_MS);

/** The gateway's time in milliseconds since the epoch, ten times a second. */
export const nowMs = computed(() => clock.value + clockSkewMs.value);

/** The same, once a minute: for what is told in minutes. */
export const minuteMs = computed(() => Math.floor(nowMs.value / 60_000) * 60_000 + 59_999);
