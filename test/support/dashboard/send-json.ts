import type { ServerResponse } from 'node:http';
import type { ErrorAnswer } from '../../../src/admin/api-types/error.ts';

export const sendJson = (response: ServerResponse, body: unknown, status = 200): ServerResponse => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  return response.end(JSON.stringify(body));
};

export const sendError = (
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): ServerResponse => {
  const body: ErrorAnswer = { error: { message, type: 'invalid_request_error', code, param: null } };
  return sendJson(response, body, status);
};
