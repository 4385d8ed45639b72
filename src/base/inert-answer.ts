/**
 * Header fields of every answer to a request for a model, and of every refusal: a browser that shows such an
 * answer as a page, whatever type it has, runs nothing of it in the gateway's origin, where the dashboard lives.
 */
export const INERT_ANSWER = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': 'sandbox',
} as const;
