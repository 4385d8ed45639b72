import { createHmac, timingSafeEqual } from 'node:crypto';

/** 132 bits. */
const TOKEN_LENGTH = 22;
const PATH = /^\/codex\/groups\/([\w.-]{1,64})\/([\w-]{22})(?=\/codex\/config\/bundle(?:\?|$))/;

const tokenOf = (secret: Buffer, group: string): string =>
  createHmac('sha256', secret).update(`fleet group ${group}`).digest('base64url').slice(0, TOKEN_LENGTH);

/**
 * Codex shows no key to its configuration server. So the machines of a group are given a path of their own, which
 * nobody can guess who was given the path of another group.
 */
export const groupPath = (secret: Buffer, group: string): string =>
  `/codex/groups/${group}/${tokenOf(secret, group)}`;

/** Whether a path may be one of a group, before anything is checked. */
export const isGroupPath = (url: string): boolean => PATH.test(url);

/** @returns the group; undefined where the path was made up */
export const readGroupPath = (secret: Buffer, url: string): string | undefined => {
  const [, group = '', token = ''] = PATH.exec(url) ?? [];
  const expected = Buffer.from(tokenOf(secret, group));
  return token.length === expected.length && timingSafeEqual(Buffer.from(token), expected)
    ? group
    : undefined;
};
