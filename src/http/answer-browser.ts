import type { Request, RequestHandler } from 'express';
import { prefixOf } from '../guard/peer-of.ts';

const DASHBOARD = '/admin/dashboard/audit';
const ICON = '/admin/dashboard/favicon.svg';

/** What browsers ask of every host by themselves; there is nothing to answer, and nobody asked for it. */
const UNASKED = /^\/(?:robots\.txt|apple-touch-icon[\w-]*\.png|\.well-known\/[\w./-]*)$/;

const isNavigation = ({ headers }: Request): boolean => headers['sec-fetch-mode'] === 'navigate';

/** Where a browser that asks for this path is sent; undefined if the path is not a browser's. */
const findPlace = (request: Request): string | undefined => {
  const { path } = request;
  if (path === '/' || /^\/dashboard(?:\/|$)/.test(path)) return DASHBOARD;
  if (path === '/favicon.ico') return ICON;
  // The address that the banner and Codex's configuration show, opened by a click.
  return /^\/v1\/?$/.test(path) && isNavigation(request) ? DASHBOARD : undefined;
};

export const isForBrowsers = (request: Request): boolean => {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  return findPlace(request) !== undefined || UNASKED.test(request.path);
};

/**
 * Leads a browser from the addresses that people type to the dashboard. These requests ask for no model:
 * they leave no record, and are no failures.
 */
export const answerBrowser: RequestHandler = (request, response) => {
  const location = findPlace(request);
  if (location === undefined) response.writeHead(404, { 'cache-control': 'no-store' });
  else response.writeHead(302, { location: `${prefixOf(request)}${location}`, 'cache-control': 'no-store' });
  response.end();
};
