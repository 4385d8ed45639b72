import { GatewayError } from '../../base/errors.ts';
import { formatEntries, formatPath, formatValue, type TomlValue } from './format-toml.ts';
import {
  flattenToml,
  isDefined,
  isSamePath,
  readToml,
  startsWithPath,
  type TomlDocument,
  type TomlPath,
} from './read-toml.ts';
import { removeTomlPath } from './remove-toml-path.ts';
import { appendTomlTable, setTomlValue, type TomlEdit } from './set-toml-value.ts';
import { applySplices, type TextSplice } from './splice-text.ts';

type StringPath = readonly string[];

/** Edits one document step by step; `splices` and `touched` say what became of it. */
export interface TomlEditor {
  /** As it is after the steps so far. */
  readonly document: TomlDocument;
  readonly splices: readonly TextSplice[];
  /** The paths that were written or taken out, each once. */
  readonly touched: readonly StringPath[];
  /** @param raw the value as TOML */
  set(path: StringPath, raw: string): void;
  /** Adds a table that is not there yet, as a `[header]` where the document allows one. */
  addTable(path: StringPath, entries: Readonly<Record<string, TomlValue>>): void;
  /** @param spacing see `removeTomlPath` */
  remove(path: StringPath, spacing?: readonly string[]): void;
  /**
   * Checks the whole: everything but the touched paths still reads the same, comments included.
   * @throws GatewayError command_failed where it does not
   */
  check(): void;
}

/** @param name the file's name for messages */
export const createTomlEditor = (original: TomlDocument, name: string): TomlEditor => {
  let document = original;
  const splices: TextSplice[] = [];
  const touched: StringPath[] = [];

  const run = (steps: readonly TextSplice[], path: StringPath): void => {
    splices.push(...steps);
    if (!touched.some((known) => isSamePath(known, path))) touched.push(path);
    try {
      document = readToml(applySplices(document.text, steps), name);
    } catch (cause) {
      throw cannotEdit(name, [path], cause);
    }
  };
  const runEdit = ({ splice, path }: TomlEdit): void => run([splice], path);

  return {
    get document() {
      return document;
    },
    splices,
    touched,
    set: (path, raw) => runEdit(setTomlValue(document, path, raw)),
    addTable: (path, entries) => {
      const inBraces = document.settings.some((setting) => startsWithPath(path, setting.path));
      runEdit(
        inBraces
          ? setTomlValue(document, path, formatValue(entries))
          : appendTomlTable(document, path, formatEntries(entries)),
      );
    },
    remove: (path, spacing) => {
      if (isDefined(document, path)) run(removeTomlPath(document, path, spacing), path);
    },
    check: () => {
      const isUntouched =
        describeRest(original, touched) === describeRest(document, touched) &&
        describeComments(original) === describeComments(document);
      if (!isUntouched) throw cannotEdit(name, touched);
    },
  };
};

const describeRest = (document: TomlDocument, touched: readonly TomlPath[]): string =>
  JSON.stringify(
    [...flattenToml(document)]
      .filter(([, { path, raw }]) => !touched.some((own) => isConcerned(path, raw, own)))
      .map(([key, { raw }]) => [key, raw])
      .toSorted(),
  );

/** An empty table on the way to a touched path may become a full one, and the other way round. */
const isConcerned = (path: TomlPath, raw: string, touched: TomlPath): boolean =>
  startsWithPath(path, touched) || (raw === '' && startsWithPath(touched, path));

const describeComments = ({ comments }: TomlDocument): string =>
  JSON.stringify(comments.map(({ value }) => value));

const cannotEdit = (name: string, paths: readonly TomlPath[], cause?: unknown): GatewayError =>
  new GatewayError(
    'command_failed',
    `${name} writes ${paths.map(formatPath).join(', ')} in a form that cannot be edited without touching ` +
      'more than that. Change it by hand, or choose another id with --provider-id. Nothing was written.',
    cause === undefined ? {} : { cause },
  );
