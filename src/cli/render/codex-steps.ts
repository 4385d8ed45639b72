import type { ChalkInstance } from './colour.ts';

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
}

type Line = readonly [command: string, comment: string];

const GATEWAY_KEY: Line = [
  'export GOMODEL_MASTER_KEY="change-me"',
  'the key of your gateway, here and where it serves',
];

/** What the shell that starts Codex needs, and one command that shows whether it works. */
export const renderCodexSteps = (setup: CodexSetup, place: CodexPlace, colour: ChalkInstance): string =>
  [
    'In the shell that starts Codex:',
    '',
    ...align(shellLines(setup), colour),
    '',
    'Then, with the gateway running, to see it work:',
    '',
    `  ${testCommand(place)}`,
    '',
  ].join('\n');

/** The command that takes the edit back. */
export const renderUndoCommand = ({ codexHome, profile }: CodexPlace): string =>
  [
    'npx gomodel-ts init-codex --undo',
    ...(codexHome === undefined ? [] : [`--codex-home ${quoteForShell(codexHome)}`]),
    ...(profile === undefined ? [] : [`--profile ${profile}`]),
  ].join(' ');

const shellLines = (setup: CodexSetup): readonly Line[] => {
  switch (setup.kind) {
    case 'key':
      return setup.envKey === 'GOMODEL_MASTER_KEY'
        ? [GATEWAY_KEY]
        : [
            GATEWAY_KEY,
            [
              `export ${setup.envKey}="$GOMODEL_MASTER_KEY"`,
              'what Codex sends: that key, not your key at OpenAI',
            ],
          ];
    case 'chatgpt':
      return [GATEWAY_KEY, ['codex login', 'sign in with ChatGPT, unless you are']];
    case 'builtin':
      return [
        ['codex login', 'sign in with ChatGPT or a key, unless you are'],
        [`export OPENAI_BASE_URL="${setup.baseUrl}"`, 'only for Codex 0.113 and older'],
      ];
  }
};

const align = (lines: readonly Line[], colour: ChalkInstance): string[] => {
  const width = Math.max(...lines.map(([command]) => command.length));
  return lines.map(([command, comment]) => `  ${command.padEnd(width)}  ${colour.dim(`# ${comment}`)}`);
};

const testCommand = ({ codexHome, profile, providerId }: CodexPlace): string =>
  [
    ...(codexHome === undefined ? [] : [`CODEX_HOME=${quoteForShell(codexHome)}`]),
    'codex exec',
    ...(profile === undefined ? [] : [`--profile ${profile}`]),
    ...(providerId === undefined ? [] : [`-c model_provider=${providerId}`]),
    "--skip-git-repo-check 'Reply with exactly ok and no punctuation.'",
  ].join(' ');

const quoteForShell = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
