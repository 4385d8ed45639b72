import { readToml, type TomlDocument } from '../toml/read-toml.ts';
import { applySplices, invertSplices } from '../toml/splice-text.ts';
import { createTomlEditor } from '../toml/toml-editor.ts';
import type { ConfigEdit, EditStep } from './edit-journal.ts';
import { hashText } from './hash-text.ts';
import type { OwnedSetting } from './plan-edit.ts';
import { isSameSetting, readSetting, type SettingValues } from './read-setting.ts';

/** A setting that says neither what the edit wrote nor what stood there before. */
export interface Drift {
  readonly path: readonly string[];
  readonly written: SettingValues | undefined;
  readonly found: SettingValues | undefined;
}

export type UndoPlan =
  | { readonly kind: 'restored'; readonly text: string }
  | { readonly kind: 'drifted'; readonly drifts: readonly Drift[] };

/**
 * Plans how to put back what an edit changed, and nothing else. To the byte where the text is still
 * what the edit left; else setting by setting, around what others have written since.
 * @param name the file's name for messages
 * @throws GatewayError invalid_toml, or command_failed where the text has a form that cannot be edited
 */
export const planUndo = (text: string, edit: ConfigEdit, name: string): UndoPlan => {
  const original = rewind(text, edit.steps);
  if (original !== undefined) return { kind: 'restored', text: original };

  const document = readToml(text, name);
  const drifts: Drift[] = [];
  const toRestore: OwnedSetting[] = [];
  for (const owned of edit.owned) {
    const found = readSetting(document, owned.path);
    if (isSameSetting(found, owned.after)) toRestore.push(owned);
    else if (!isSameSetting(found, readBefore(owned))) {
      drifts.push({ path: owned.path, written: owned.after, found });
    }
  }
  if (drifts.length > 0) return { kind: 'drifted', drifts };
  return { kind: 'restored', text: restore(document, toRestore, edit.steps, name) };
};

/** Takes the steps back from the last to the first; undefined if someone else wrote in between. */
const rewind = (text: string, steps: readonly EditStep[]): string | undefined => {
  let current = text;
  for (const { textHash, splices } of steps.toReversed()) {
    if (hashText(current) !== textHash) return undefined;
    current = applySplices(current, invertSplices(splices));
  }
  return current;
};

const restore = (
  document: TomlDocument,
  settings: readonly OwnedSetting[],
  steps: readonly EditStep[],
  name: string,
): string => {
  const editor = createTomlEditor(document, name);
  // Codex writes the whole file with line feeds alone when it changes a setting of its own.
  const spacing = steps
    .flatMap(({ splices }) => splices.map(({ inserted }) => inserted))
    .flatMap((inserted) => [inserted, inserted.replaceAll('\r\n', '\n')]);
  for (const { path, before } of settings) if (before !== undefined) editor.set(path, before);
  // Last: a block of dotted keys is gone when its only key is, and what goes into it has no place.
  for (const { path, before } of settings) if (before === undefined) editor.remove(path, spacing);
  editor.check();
  return editor.document.text;
};

const readBefore = ({ path, before }: OwnedSetting): SettingValues | undefined =>
  before === undefined ? undefined : readSetting(readToml(`value = ${before}`, path.join('.')), ['value']);
