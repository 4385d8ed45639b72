import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import type { LoopDelay } from '../loop-delay.ts';

// Loaded into a server by `--import …?to=FOLDER`: at each SIGUSR2 it writes how late the event loop was since the
// one before, into a file of the process. It measures nothing until the first one.
const RESOLUTION_MS = 10;

const folder = new URL(import.meta.url).searchParams.get('to');
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

/** The histogram holds the time between two looks, which is the resolution where nothing is late. */
const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

if (isMainThread) {
  process.on('SIGUSR2', () => {
    const delay: LoopDelay = {
      p50Ms: late(histogram.percentile(50)),
      p99Ms: late(histogram.percentile(99)),
      longestMs: late(histogram.max),
    };
    const file = `${folder}/delay-${process.pid}.json`;
    writeFileSync(`${file}.part`, JSON.stringify(delay));
    renameSync(`${file}.part`, file);
    histogram.reset();
    histogram.enable();
  });
}
