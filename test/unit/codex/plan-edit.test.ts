import { describe, expect, it } from 'vitest';
import { planEdit } from '../../../src/codex/edit/plan-edit.ts';
import { wantProvider } from '../../../src/codex/edit/provider-settings.ts';

const wanted = wantProvider({
  id: 'gm',
  baseUrl: 'http://h/v1',
  auth: { kind: 'key', envKey: 'K' },
  model: undefined,
  isDefault: true,
});
const BLOCK =
  '[model_providers.gm]\nname = "GoModel"\nbase_url = "http://h/v1"\nenv_key = "K"\nwire_api = "responses"\n';
const TOP = 'model_provider = "gm"\n';
const edit = (text: string): string => planEdit(text, wanted, 'config.toml').text;

describe('the place of model_provider', () => {
  it.each([
    ['below the model', 'model = "m"\nother = 1\n', `model = "m"\n${TOP}other = 1\n\n${BLOCK}`],
    [
      'below the last setting where there is no model',
      'a = 1\nb = [\n  2, # two\n] # end\n',
      `a = 1\nb = [\n  2, # two\n] # end\n${TOP}\n${BLOCK}`,
    ],
    ['as deep as its neighbour', '  a = 1\n', `  a = 1\n  ${TOP}\n${BLOCK}`],
    ['above the first table', '[t]\na = 1\n', `${TOP}\n[t]\na = 1\n\n${BLOCK}`],
    [
      'above the comment of the first table',
      '# mine\n\n# of t\n# too\n[t]\n',
      `# mine\n\n${TOP}\n# of t\n# too\n[t]\n\n${BLOCK}`,
    ],
    [
      'below a directive for the whole file',
      '#:schema s\n# of t\n[t]\n',
      `#:schema s\n${TOP}\n# of t\n[t]\n\n${BLOCK}`,
    ],
    ['above an array of tables', '[[t]]\n', `${TOP}\n[[t]]\n\n${BLOCK}`],
    ['below comments alone', '# mine\n', `# mine\n\n${TOP}\n${BLOCK}`],
    ['behind a blank line that is there', '# mine\n\n', `# mine\n\n${TOP}\n${BLOCK}`],
    [
      'where it is',
      "# a\nmodel_provider = 'x' # b\n[t]\n",
      `# a\nmodel_provider = "gm" # b\n[t]\n\n${BLOCK}`,
    ],
    [
      'in a text of strings that look like one',
      'a = """\nmodel_provider = "x"\n[t]\n"""\n',
      `a = """\nmodel_provider = "x"\n[t]\n"""\n${TOP}\n${BLOCK}`,
    ],
    ['in a file without a last line break', 'a = 1', `a = 1\n${TOP}\n${BLOCK}`.trimEnd()],
  ])('is %s', (_place, before, after) => {
    expect(edit(before)).toBe(after);
  });
});

describe('a block that is there already', () => {
  const top = (text: string): string => `model_provider = "gm"\n${text}`;
  it.each([
    [
      'a table',
      '[model_providers.gm]\n  name = \'x\' # n\n[model_providers.gm.http_headers]\na = "1"\n',
      '[model_providers.gm]\n  name = "GoModel" # n\n  base_url = "http://h/v1"\n  env_key = "K"\n  wire_api = "responses"\n[model_providers.gm.http_headers]\na = "1"\n',
    ],
    [
      'an empty table',
      '[model_providers.gm] # g\n\n[t]\n',
      '[model_providers.gm] # g\nname = "GoModel"\nbase_url = "http://h/v1"\nenv_key = "K"\nwire_api = "responses"\n\n[t]\n',
    ],
    [
      'dotted keys',
      'model_providers.gm.name = "GoModel"\na = 1\n',
      'model_providers.gm.name = "GoModel"\nmodel_providers.gm.base_url = "http://h/v1"\nmodel_providers.gm.env_key = "K"\nmodel_providers.gm.wire_api = "responses"\na = 1\n',
    ],
    [
      'an inline table',
      'model_providers = { gm = { name = "GoModel", env_key = "K" }, o = {} }\n',
      'model_providers = { gm = { name = "GoModel", env_key = "K", base_url = "http://h/v1", wire_api = "responses" }, o = {} }\n',
    ],
    [
      'an inline table over several lines',
      'model_providers.gm = {\n  name = "GoModel", # n\n  env_key = "K", # k\n}\n',
      'model_providers.gm = {\n  name = "GoModel", # n\n  env_key = "K", base_url = "http://h/v1", wire_api = "responses", # k\n}\n',
    ],
  ])('is completed in place: %s', (_form, before, after) => {
    expect(edit(top(before))).toBe(top(after));
  });

  it.each([
    ['an array of tables', '[[model_providers]]\nname = "x"\n'],
    ['no table', 'model_providers = 1\n'],
    ['no table of ours', '[model_providers]\ngm = "x"\n'],
    ['only tables below it', '[model_providers.gm.http_headers]\na = "1"\n'],
    ['a table where a value must be', '[model_provider]\n'],
    ['a table in the place of a value', '[model_providers.gm.name]\n'],
  ])('is refused where it is %s', (_form, text) => {
    expect(() => edit(text)).toThrow(/Nothing was written/);
  });
});
