import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPageSessions } from '../../../src/admin/access/page-sessions.ts';
import { MASTER } from '../../../src/guard/caller.ts';

const HOUR_MS = 3_600_000;

const requestWith = (setCookie?: string): IncomingMessage => {
  const request = new IncomingMessage(new Socket());
  if (setCookie) request.headers.cookie = setCookie.split(';')[0];
  return request;
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells who watches that a session has expired, once, and nobody who stopped watching', () => {
  const sessions = createPageSessions(() => Date.now());
  const request = requestWith(sessions.begin(requestWith(), MASTER).cookie);
  const told: string[] = [];
  sessions.watch(request, () => told.push('watcher'));
  sessions.watch(request, () => told.push('gone'))();
  sessions.watch(requestWith(), () => told.push('stranger'));
  vi.advanceTimersByTime(11 * HOUR_MS);
  expect([sessions.find(request) !== undefined, told]).toEqual([true, []]);
  vi.advanceTimersByTime(HOUR_MS);
  expect([sessions.find(request) !== undefined, told]).toEqual([false, ['watcher']]);
  sessions.end(request);
  expect(told).toEqual(['watcher']);
});

it('ends the oldest session where there are too many, with what it had open', () => {
  const sessions = createPageSessions(() => Date.now());
  const first = requestWith(sessions.begin(requestWith(), MASTER).cookie);
  let isTold = false;
  sessions.watch(first, () => {
    isTold = true;
  });
  for (let count = 0; count < 199; count++) sessions.begin(requestWith(), MASTER);
  expect([sessions.find(first) !== undefined, isTold]).toEqual([true, false]);
  sessions.begin(requestWith(), MASTER);
  expect([sessions.find(first) !== undefined, isTold]).toEqual([false, true]);
});
