import process from 'node:process';
import { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import type { CommandContext } from '../context.ts';
import { readDataFolder } from '../read-variables.ts';
import { plainLine } from '../render/plain-text.ts';
import { findLivingGateway } from '../running-instances.ts';
import { createAskGateway } from '../sign-in/ask-gateway.ts';
import { GATEWAY_VARIABLE, parseGateway } from '../sign-in/gateway-address.ts';
import { currentToken, type KeepTokenDeps, tokensOf } from '../sign-in/keep-token.ts';
import { signInByBrowser } from '../sign-in/sign-in-by-browser.ts';
import { signInByDevice } from '../sign-in/sign-in-by-device.ts';
import { openTokenFile } from '../sign-in/token-file.ts';

interface SignInFlags {
  readonly gateway?: string;
  readonly device?: true;
  readonly dataDir?: string;
}

/** @throws GatewayError invalid_usage where nothing says which gateway is meant */
const findGateway = async (flags: SignInFlags, context: CommandContext): Promise<string> => {
  const named = flags.gateway ?? context.env[GATEWAY_VARIABLE];
  if (named) return parseGateway(named);
  const running = await findLivingGateway(readDataFolder(flags, context));
  if (running) return parseGateway(running.url);
  throw new GatewayError(
    'invalid_usage',
    `which gateway? Say --gateway https://gw.corp.example, or set ${GATEWAY_VARIABLE}.`,
  );
};

const openKeeping = async (flags: SignInFlags, context: CommandContext): Promise<KeepTokenDeps> => {
  const gateway = await findGateway(flags, context);
  return {
    gateway,
    file: openTokenFile(readDataFolder(flags, context), gateway),
    ask: createAskGateway(gateway, context),
    now: () => systemClock.now(),
  };
};

/** Signs in, by the browser of this machine where there is one. @returns the access token */
const signIn = async (
  { gateway, file, ask, now }: KeepTokenDeps,
  flags: SignInFlags,
  context: CommandContext,
): Promise<string> => {
  const byBrowser = flags.device ? undefined : await signInByBrowser(gateway, ask, context, process.platform);
  const tokens = tokensOf(gateway, byBrowser ?? (await signInByDevice(ask, context)), now());
  await file.alone(() => file.write(tokens));
  context.stderr.write(
    `Signed in at ${gateway}${tokens.email === undefined ? '' : ` as ${plainLine(tokens.email)}`}.\n`,
  );
  return tokens.accessToken;
};

const printToken = async (flags: SignInFlags, context: CommandContext): Promise<void> => {
  const keeping = await openKeeping(flags, context);
  const known = await currentToken(keeping);
  const { stdout, stderr } = context;
  if (known === undefined && !stderr.isTTY) {
    throw new GatewayError(
      'command_failed',
      `nobody is signed in at ${keeping.gateway} any more. Run: gomodel-ts login --gateway ${keeping.gateway}`,
    );
  }
  stdout.write(`${known ?? (await signIn(keeping, flags, context))}\n`);
};

const logOut = async (flags: SignInFlags, context: CommandContext): Promise<void> => {
  const { gateway, file, ask } = await openKeeping(flags, context);
  await file.alone(async () => {
    const kept = file.read();
    await file.write(undefined);
    if (!kept) {
      context.stderr.write(`Nobody is signed in at ${gateway}.\n`);
      return;
    }
    await ask('/oauth/revoke', { token: kept.refreshToken ?? kept.accessToken });
    context.stderr.write(`Signed out of ${gateway}.\n`);
  });
};

const command = (name: string, summary: string): Command =>
  new Command(name)
    .summary(summary)
    .option('--gateway <url>', `where to sign in (${GATEWAY_VARIABLE}); default: the one that runs here`)
    .option('--data-dir <folder>', 'where tokens are kept (GOMODEL_HOME)');

const EXAMPLES = `
Examples:
  $ gomodel-ts login --gateway https://gw.corp.example            opens the browser
  $ gomodel-ts login --gateway https://gw.corp.example --device   shows a code for a browser elsewhere
  $ gomodel-ts token --gateway https://gw.corp.example            for auth.command of Codex and apiKeyHelper
`;

/** `gomodel-ts login`: signs in to a gateway whose people sign in by their company's identity provider. */
export const loginCommand = (context: CommandContext): Command =>
  command('login', "sign in to your company's gateway")
    .description('Signs in to a gateway with your company account, and keeps its tokens for `token`.')
    .option('--device', 'show a code for a browser on any machine')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: SignInFlags) => {
      await signIn(await openKeeping(flags, context), flags, context);
    });

/** `gomodel-ts token`: prints a token that counts, and nothing else, on stdout. */
export const tokenCommand = (context: CommandContext): Command =>
  command('token', 'print a token of your sign-in, for programs')
    .description('Prints an access token, renewed where needed; on a terminal it signs in first.')
    .option('--device', 'where somebody must sign in, show a code for a browser on any machine')
    .addHelpText('after', EXAMPLES)
    .action((flags: SignInFlags) => printToken(flags, context));

/** `gomodel-ts logout`: ends the sign-in, here and at the gateway. */
export const logoutCommand = (context: CommandContext): Command =>
  command('logout', 'end your sign-in to a gateway').action((flags: SignInFlags) => logOut(flags, context));
