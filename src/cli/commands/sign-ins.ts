import { Command } from 'commander';
import { createAnnounceEnds } from '../../guard/people/announce-ends.ts';
import { createSignInDesk, type ShownSignIn, type SignInDesk } from '../../guard/people/sign-in-desk.ts';
import { workAtDesk } from '../at-desk.ts';
import type { CommandContext } from '../context.ts';
import { createColour } from '../render/colour.ts';
import { type Cell, headOf, renderColumns } from '../render/columns.ts';
import { plainLine } from '../render/plain-text.ts';
import { screenOf } from '../render/tail/screen.ts';

interface Flags {
  readonly json?: true;
  readonly dataDir?: string;
}

const EXAMPLES = `
A person is an id such as sso:00u1, a name or an address. What ends here ends within a second in every gateway on the
same data folder or database: tokens, answers, WebSockets and sessions of the page. Whoever may still sign in at the
identity provider can do so again.

Examples:
  $ npx gomodel-ts sign-ins
  $ npx gomodel-ts sign-ins list --person anna
  $ npx gomodel-ts sign-ins end 5f2c9a0b7d3e4c11
  $ npx gomodel-ts sign-ins end --person anna@corp.example
`;

const HEAD = ['id', 'name', 'person', 'client', 'from', 'groups', 'since', 'last used', 'expires'];

const minuteOf = (iso: string | undefined): string => iso?.slice(0, 16).replace('T', ' ') ?? '–';

const atDesk = (
  flags: Flags,
  context: CommandContext,
  work: (desk: SignInDesk) => Promise<void>,
): Promise<void> =>
  workAtDesk(
    flags,
    context,
    async ({ openSignIns }, deps) => {
      const { entries, ends } = await openSignIns();
      return createSignInDesk({ store: entries, announce: createAnnounceEnds(ends), ...deps });
    },
    work,
  );

const toJson = (signIn: ShownSignIn): string => `${JSON.stringify({ schemaVersion: 1, ...signIn })}\n`;

const render = (signIns: readonly ShownSignIn[], { stdout, env }: CommandContext): string => {
  const colour = createColour(stdout, env);
  const rows = signIns.map(
    ({ id, name, personId, client, address, groups, since, lastUsed, expires }): readonly Cell[] => [
      { text: id },
      { text: name, paint: colour.bold },
      { text: personId },
      { text: client },
      { text: address ?? '–' },
      { text: groups.join(', ') || '–' },
      { text: minuteOf(since) },
      { text: minuteOf(lastUsed) },
      { text: expires.slice(0, 10) },
    ],
  );
  return renderColumns([HEAD.map((name) => headOf(name, colour)), ...rows], screenOf(stdout, env).columns);
};

const list = async (desk: SignInDesk, person: string | undefined, flags: Flags, context: CommandContext) => {
  const { stdout, stderr } = context;
  const signIns = await desk.list(person);
  if (flags.json) for (const one of signIns) stdout.write(toJson(one));
  else if (signIns.length > 0) stdout.write(render(signIns, context));
  else
    stderr.write(
      person === undefined ? 'Nobody is signed in.\n' : `${plainLine(person)} is not signed in.\n`,
    );
};

const end = async (
  desk: SignInDesk,
  { id, person }: { readonly id: string | undefined; readonly person: string | undefined },
  flags: Flags,
  context: CommandContext,
): Promise<void> => {
  const ended = person === undefined ? [await desk.end(id ?? '')] : await desk.endPerson(person);
  if (flags.json) {
    for (const one of ended) context.stdout.write(toJson(one));
    return;
  }
  const told =
    person === undefined
      ? `Ended the sign-in ${ended[0]?.id} of ${ended[0]?.name} (${ended[0]?.client}).`
      : `Ended all sign-ins of ${person}: ${ended.length}.`;
  context.stderr.write(`${plainLine(told)}\n`);
};

/** `gomodel-ts sign-ins`: who is signed in, and what ends that. */
export const signInsCommand = (context: CommandContext): Command => {
  const part = (name: string, summary: string): Command =>
    new Command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .option('--json', 'print one line of JSON per sign-in')
      .option('--data-dir <folder>', 'where sign-ins are kept (GOMODEL_HOME)');
  return new Command('sign-ins')
    .summary('list who is signed in, and end it')
    .description('Who is signed in by the identity provider: with which client, from where, and since when.')
    .addHelpText('after', EXAMPLES)
    .addCommand(
      part('list', 'list sign-ins, the one used last first')
        .option('--person <person>', 'only those of this person')
        .action((flags: Flags & { person?: string }) =>
          atDesk(flags, context, (desk) => list(desk, flags.person, flags, context)),
        ),
      { isDefault: true },
    )
    .addCommand(
      part('end', 'end one sign-in, or all of a person, at once and everywhere')
        .argument('[id]', 'id of a sign-in')
        .option('--person <person>', 'end all of this person')
        .action((id: string | undefined, flags: Flags & { person?: string }, command: Command) => {
          if ((id === undefined) === (flags.person === undefined)) {
            command.error('error: name a sign-in or a person, and not both');
          }
          return atDesk(flags, context, (desk) => end(desk, { id, person: flags.person }, flags, context));
        }),
    );
};
