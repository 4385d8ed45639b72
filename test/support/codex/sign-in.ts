import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How Codex is signed in: with ChatGPT, by `codex login --with-api-key`, or not at all. */
export type SignIn = 'chatgpt' | 'key' | 'none';

export const CHATGPT_ACCOUNT_ID = 'acc_1';
const LOGIN_API_KEY = 'sk-login-0123456789abcdef';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** An unsigned token of the form that a ChatGPT sign-in gives; Codex does not verify its signature. */
export const CHATGPT_TOKEN = [
  encode({ alg: 'none', typ: 'JWT' }),
  encode({
    exp: 4_102_444_800,
    'https://api.openai.com/auth': {
      chatgpt_plan_type: 'pro',
      chatgpt_account_id: CHATGPT_ACCOUNT_ID,
      chatgpt_user_id: 'user_1',
    },
  }),
  'signature',
].join('.');

const chatGptAuth = (): object => ({
  auth_mode: 'chatgpt',
  OPENAI_API_KEY: null,
  tokens: {
    id_token: CHATGPT_TOKEN,
    access_token: CHATGPT_TOKEN,
    refresh_token: 'rt',
    account_id: CHATGPT_ACCOUNT_ID,
  },
  last_refresh: new Date().toISOString(),
});

/** Puts the sign-in into a Codex home. */
export const signInto = (codexHome: string, signIn: SignIn, binary: string, env: NodeJS.ProcessEnv): void => {
  mkdirSync(codexHome, { recursive: true });
  if (signIn === 'chatgpt') {
    writeFileSync(join(codexHome, 'auth.json'), JSON.stringify(chatGptAuth()), { mode: 0o600 });
  } else if (signIn === 'key') {
    const options = { env: { ...env, CODEX_HOME: codexHome }, input: LOGIN_API_KEY } as const;
    execFileSync(binary, ['login', '--with-api-key'], { ...options, stdio: ['pipe', 'ignore', 'ignore'] });
  }
};
