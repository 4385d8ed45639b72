import { GatewayError } from '../../base/errors.ts';
import { formatPath, formatValue } from '../toml/format-toml.ts';
import { isDefined, isSamePath, readToml, type TomlDocument } from '../toml/read-toml.ts';
import type { TextSplice } from '../toml/splice-text.ts';
import { createTomlEditor, type TomlEditor } from '../toml/toml-editor.ts';
import type { WantedProvider, WantedSettings } from './provider-settings.ts';
import { readSetting, type SettingValues } from './read-setting.ts';

/** Something that an edit wrote or took out, as the journal keeps it. */
export interface OwnedSetting {
  readonly path: readonly string[];
  /** The old value as it was written; absent if there was none. */
  readonly before?: string;
  /** What the edit left there; absent if it took the setting out. */
  readonly after?: SettingValues;
}

export interface EditPlan {
  readonly text: string;
  /** Empty if the text says everything already. */
  readonly splices: readonly TextSplice[];
  readonly owned: readonly OwnedSetting[];
}

/**
 * Plans the edit of a configuration text: only what differs from the wish is touched, and every
 * other byte stays.
 * @param name the file's name for messages
 * @throws GatewayError invalid_toml, or command_failed where the text has a form that cannot be
 *   edited without touching more than the wish
 */
export const planEdit = (text: string, wanted: WantedSettings, name: string): EditPlan => {
  const original = readToml(text, name);
  const editor = createTomlEditor(original, name);
  if (wanted.provider) editProvider(editor, wanted.provider);
  for (const { key, value, onlyOver } of wanted.top) {
    if (!onlyOver || isDefined(original, [key])) setIfOther(editor, [key], value);
  }
  editor.check();
  return {
    text: editor.document.text,
    splices: editor.splices,
    owned: editor.touched.map((path) => describeOwned(original, editor.document, path)),
  };
};

const setIfOther = (editor: TomlEditor, path: readonly string[], value: string | boolean): void => {
  const raw = formatValue(value);
  if (readSetting(editor.document, path)?.[''] !== raw) editor.set(path, raw);
};

const editProvider = (editor: TomlEditor, provider: WantedProvider): void => {
  const path = ['model_providers', provider.id];
  if (!isDefined(editor.document, path)) {
    editor.addTable(path, provider.entries);
    return;
  }
  for (const key of ['auth', 'experimental_bearer_token']) {
    if (isDefined(editor.document, [...path, key])) throw ownCredential([...path, key]);
  }
  for (const [key, value] of Object.entries(provider.entries)) {
    if (typeof value !== 'object') setIfOther(editor, [...path, key], value);
    else for (const [name, inner] of Object.entries(value)) setIfOther(editor, [...path, key, name], inner);
  }
  // Last: a block of dotted keys is gone when its only key is.
  for (const key of provider.remove) {
    if (readSetting(editor.document, [...path, key])?.[''] !== 'false') editor.remove([...path, key]);
  }
};

const describeOwned = (before: TomlDocument, after: TomlDocument, path: readonly string[]): OwnedSetting => {
  const old = before.settings.find((setting) => isSamePath(setting.path, path));
  const written = readSetting(after, path);
  return {
    path,
    ...(old && { before: before.text.slice(...old.node.value.range) }),
    ...(written && { after: written }),
  };
};

const ownCredential = (path: readonly string[]): GatewayError =>
  new GatewayError(
    'command_failed',
    `${formatPath(path)} is set, so Codex would send that credential. ` +
      'Remove it, or choose another id with --provider-id. Nothing was written.',
  );
