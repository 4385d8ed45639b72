import { hash } from 'node:crypto';
import { GatewayError } from '../../base/errors.ts';
import { parseUserPath } from '../../base/user-path.ts';
import type { Definition } from '../../config/providers/definition.ts';
import type { KeyTerms, ManagedKey } from '../keys/managed-key.ts';
import { readTerms } from '../keys/read-terms.ts';
import { type Person, personId } from './person.ts';

/** What the people of a group may do. */
export interface GroupRule {
  /** `*`: everybody who signs in. */
  readonly group: string;
  /** `{user}` in it stands for the person, `{subject}` for their id. */
  readonly userPath: string;
  readonly terms: KeyTerms;
}

export const EVERYBODY = '*';
const PLACE = '{user}';
const SUBJECT = '{subject}';
const DEFAULT_PATH = `/people/${PLACE}`;

const refuse = (origin: string, cause: unknown): GatewayError =>
  new GatewayError('invalid_config', `${origin}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });

const readRule = ({ origin, fields }: Definition): GroupRule => {
  const { group, user_path: userPath = DEFAULT_PATH, ...rest } = fields;
  if (typeof group !== 'string' || typeof userPath !== 'string') {
    throw refuse(origin, 'group and user_path are texts.');
  }
  try {
    const terms = readTerms(
      {
        name: 'person',
        ...rest,
        userPath: userPath.replaceAll(PLACE, 'user').replaceAll(SUBJECT, 'subject'),
      },
      undefined,
      0,
    );
    return { group, userPath, terms };
  } catch (cause) {
    throw refuse(origin, cause);
  }
};

/**
 * Reads what groups may do. Where nothing is said, everybody who signs in may call models.
 * @throws GatewayError invalid_config with the place of the entry
 */
export const readGroupRules = (definitions: readonly Definition[]): readonly GroupRule[] =>
  definitions.length === 0
    ? [readRule({ origin: 'default', source: 'file', fields: { group: EVERYBODY } })]
    : definitions.map(readRule);

const STRANGE = /[^a-z0-9._~@+-]/g;
const MAX_SEGMENT = 64;
const MARK_LENGTH = 8;

/**
 * A person as a name in a user path. Where the name does not fit as it is, a part of it is followed by a mark of the
 * subject, so that no two people share a path: neither `Anna` and `anna`.
 */
const segmentOf = (name: string, subject: string): string => {
  const lower = name.toLowerCase();
  if (name === lower && parseUserPath(`/${lower}`) === `/${lower}` && !lower.includes('/')) return lower;
  const mark = hash('sha256', subject, 'hex').slice(0, MARK_LENGTH);
  const start = lower.replace(STRANGE, '-').replace(/^[.]+/, '');
  return `${start.slice(0, MAX_SEGMENT - MARK_LENGTH - 1)}-${mark}`.replace(/^-/, '');
};

/**
 * What a person may do, in the form of a key that nobody can present. The first rule that names a group of theirs
 * decides; the labels of all that do are theirs.
 * @returns undefined where no rule is for them
 */
export const termsFor = (rules: readonly GroupRule[], person: Person): ManagedKey | undefined => {
  const theirs = rules.filter(({ group }) => group === EVERYBODY || person.groups.includes(group));
  const [first] = theirs;
  if (!first) return undefined;
  return {
    ...first.terms,
    name: person.name,
    userPath: first.userPath
      .replaceAll(PLACE, segmentOf(person.name, person.subject))
      .replaceAll(SUBJECT, segmentOf(person.subject, person.subject)),
    labels: [...new Set(theirs.flatMap(({ terms }) => terms.labels))],
    id: personId(person.subject),
    groups: person.groups,
    sha256: '',
    createdAt: new Date(0).toISOString(),
  };
};
