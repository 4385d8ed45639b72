import type { CodexSignIn } from '../../codex/run/read-sign-in.ts';
import type { Environment } from '../../config/data-dir.ts';
import type { ChalkInstance } from './colour.ts';
import {
  copyVariable,
  explainCommands,
  quoteForShell,
  type Shell,
  setVariable,
  withVariable,
} from './shell.ts';

/** How Codex reaches the gateway after an edit of its configuration. */
export type CodexSetup =
  | { readonly kind: 'key'; readonly envKey: string }
  | { readonly kind: 'chatgpt' }
  | { readonly kind: 'builtin'; readonly baseUrl: string };

/** Where the configuration is, as far as a command must say so. */
export interface CodexPlace {
  /** Set where it is not the folder that Codex finds by itself. */
  readonly codexHome: string | undefined;
  readonly profile: string | undefined;
  /** Set where the configuration does not choose the provider. */
  readonly providerId: string | undefined;
  /** The shell whose commands are written. */
  readonly shell: Shell;
  /** What need not be typed, since it is so already. */
  readonly known?: KnownOfShell;
  /** The value of `NO_PROXY` that keeps Codex from asking a proxy for the gateway, where it would. */
  readonly noProxy?: string | undefined;
}

interface KnownOfShell {
  readonly signIn: CodexSignIn;
  readonly env: Environment;
  /** Whether the running gateway asks for a key; undefined where none runs. */
  readonly isGuarded: boolean | undefined;
}

type Line = readonly [command: string, comment: string];

/** What the shell that starts Codex still needs, and one command that shows whether it works. */
export const renderCodexSteps = (setup: CodexSetup, place: CodexPlace, colour: ChalkInstance): string => {
  const lines = shellLines(setup, place);
  const typed = explainCommands(lines, place.shell).map(
    ([command, comment]) => `  ${command}${comment && colour.dim(comment)}`,
  );
  const isRunning = place.known?.isGuarded !== undefined;
  return [
    ...(lines.length > 0 ? ['In the shell that starts Codex:', '', ...typed, ''] : []),
    lines.length > 0
      ? 'Then, with the gateway running, to see it work:'
      : `Nothing else has to be set in this shell. ${isRunning ? 'To' : 'With the gateway running, to'} see it work:`,
    '',
    `  ${testCommand(place)}`,
    '',
  ].join('\n');
};

/** The command that takes the edit back. */
export const renderUndoCommand = ({ codexHome, profile, shell }: CodexPlace): string =>
  [
    'npx gomodel-ts init-codex --undo',
    ...(codexHome === undefined ? [] : [`--codex-home ${quoteForShell(codexHome, shell)}`]),
    ...(profile === undefined ? [] : [`--profile ${profile}`]),
  ].join(' ');

const shellLines = (setup: CodexSetup, { shell, noProxy, known }: CodexPlace): readonly Line[] => [
  ...setupLines(setup, shell, known),
  ...(noProxy === undefined
    ? []
    : [
        [
          setVariable('NO_PROXY', noProxy, shell),
          'a proxy is set here: Codex would ask it for the gateway',
        ] as const,
      ]),
];

const setupLines = (setup: CodexSetup, shell: Shell, known: KnownOfShell | undefined): readonly Line[] => {
  const masterKey = known?.env.GOMODEL_MASTER_KEY;
  const isOpen = known?.isGuarded === false;
  const gatewayKey: readonly Line[] =
    masterKey || isOpen
      ? []
      : [
          [
            setVariable('GOMODEL_MASTER_KEY', 'change-me', shell),
            'the key of your gateway, here and where it serves',
          ],
        ];
  switch (setup.kind) {
    case 'key':
      return setup.envKey === 'GOMODEL_MASTER_KEY'
        ? gatewayKey
        : keyLines(setup.envKey, gatewayKey, shell, known);
    case 'chatgpt':
      return [...gatewayKey, ...signInLine(known, 'sign in with ChatGPT, unless you are')];
    case 'builtin':
      return [
        ...signInLine(known, 'sign in with ChatGPT or a key, unless you are'),
        [setVariable('OPENAI_BASE_URL', setup.baseUrl, shell), 'only for Codex 0.113 and older'],
      ];
  }
};

const signInLine = (known: KnownOfShell | undefined, comment: string): readonly Line[] =>
  known?.signIn === 'chatgpt' ? [] : [['codex login', comment]];

/** Codex does not start without a value in the variable, even where the gateway asks for no key. */
const keyLines = (
  envKey: string,
  gatewayKey: readonly Line[],
  shell: Shell,
  known: KnownOfShell | undefined,
): readonly Line[] => {
  const present = known?.env[envKey];
  const masterKey = known?.env.GOMODEL_MASTER_KEY;
  if (known?.isGuarded === false) {
    return present
      ? []
      : [[setVariable(envKey, 'unused', shell), 'Codex wants a value; your gateway asks for no key']];
  }
  if (masterKey && present === masterKey) return gatewayKey;
  return [
    ...gatewayKey,
    [copyVariable(envKey, 'GOMODEL_MASTER_KEY', shell), 'what Codex sends: that key, not your key at OpenAI'],
  ];
};

const PROMPT = 'Reply with exactly ok and no punctuation.';

const testCommand = ({ codexHome, profile, providerId, shell }: CodexPlace): string => {
  const command = [
    'codex exec',
    ...(profile === undefined ? [] : [`--profile ${profile}`]),
    ...(providerId === undefined ? [] : [`-c model_provider=${providerId}`]),
    `--skip-git-repo-check ${quoteForShell(PROMPT, shell)}`,
  ].join(' ');
  return codexHome === undefined ? command : withVariable('CODEX_HOME', codexHome, command, shell);
};
