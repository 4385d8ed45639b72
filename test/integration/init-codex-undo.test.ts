import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { applyEdit } from '../../src/codex/edit/change-config.ts';
import { loadConfigFile } from '../../src/codex/edit/config-file.ts';
import type { ConfigEdit, EditJournal } from '../../src/codex/edit/edit-journal.ts';
import { planEdit } from '../../src/codex/edit/plan-edit.ts';
import { wantBuiltin } from '../../src/codex/edit/provider-settings.ts';
import { createInitHome, type InitHome, runInitCodex } from '../support/codex/run-init-codex.ts';

const MINE = '\uFEFF# mine\r\nmodel_provider = \'other\'  # chosen\r\n\r\n[tui]\r\ntheme = "x"';
const TRUST = '\n\n[projects."/home/me/app"]\ntrust_level = "trusted"\n';

let home: InitHome;
const read = (): string => readFileSync(home.config, 'utf8');
const replace = (from: string, to: string): void => writeFileSync(home.config, read().replace(from, to));

beforeEach(async () => {
  home = await createInitHome();
  mkdirSync(home.codexHome);
  writeFileSync(home.config, MINE);
});

afterEach(() => home.remove());

describe('an edit that fails', () => {
  const edit = async (journal: EditJournal): Promise<unknown> => {
    const file = await loadConfigFile(home.config);
    const plan = planEdit(file.text, wantBuiltin('http://localhost:8080/v1', undefined), file.path);
    return applyEdit(file, plan, { journal, clock: systemClock });
  };

  it('leaves no copy behind where it cannot be remembered', async () => {
    const full = { ...home.state.edits, add: () => Promise.reject(new Error('the disk is full')) };
    await expect(edit(full)).rejects.toThrow('the disk is full');
    expect(readdirSync(home.codexHome)).toEqual(['config.toml']);
    expect(read()).toBe(MINE);
  });

  it('keeps the copy where the file says something else by then', async () => {
    const { edits } = home.state;
    const slow = {
      ...edits,
      add: async (entry: ConfigEdit) => {
        await edits.add(entry);
        appendFileSync(home.config, TRUST);
      },
    };
    await expect(edit(slow)).rejects.toThrow(/changed/);
    expect(readdirSync(home.codexHome)).toHaveLength(2);
    expect(await edits.list()).toEqual([]);
  });
});

describe('init-codex --undo', () => {
  it('puts the file back to the byte, and leaves no backup behind', async () => {
    await runInitCodex(home);
    expect(read()).not.toBe(MINE);
    const { error } = await runInitCodex(home, ['--undo']);
    expect(error).toBeUndefined();
    expect(read()).toBe(MINE);
    expect(readdirSync(home.codexHome)).toEqual(['config.toml']);
    expect(await home.state.edits.list()).toEqual([]);
  });

  it('takes several edits back as one', async () => {
    for (const args of [
      [],
      ['--auth', 'chatgpt', '--model', 'm'],
      ['--builtin'],
      ['--base-url', 'http://h/v1'],
    ]) {
      await runInitCodex(home, args);
    }
    await runInitCodex(home, ['--undo']);
    expect(read()).toBe(MINE);
    expect(readdirSync(home.codexHome)).toEqual(['config.toml']);
  });

  it('removes a file that was not there before, with all its backups', async () => {
    await runInitCodex(home, ['--profile', 'work']);
    await runInitCodex(home, ['--profile', 'work', '--auth', 'chatgpt']);
    await runInitCodex(home, ['--profile', 'work', '--undo']);
    expect(readdirSync(home.codexHome)).toEqual(['config.toml']);
  });

  it('keeps what others wrote afterwards (rule 20)', async () => {
    await runInitCodex(home);
    appendFileSync(home.config, TRUST);
    replace('theme = "x"', 'theme = "y"');
    await runInitCodex(home, ['--undo']);
    expect(read()).toBe(MINE.replace('"x"', '"y"') + TRUST);
    expect(readdirSync(home.codexHome)).toHaveLength(2);
  });

  it('keeps a file that it created once somebody else writes in it', async () => {
    const profile = join(home.codexHome, 'work.config.toml');
    await runInitCodex(home, ['--profile', 'work']);
    appendFileSync(profile, TRUST);
    await runInitCodex(home, ['--profile', 'work', '--undo']);
    expect(readFileSync(profile, 'utf8').trimStart()).toBe(TRUST.trimStart());
  });

  it.each([
    ['a value', 'localhost:8080', 'localhost:9090', 'base_url = "http://localhost:9090/v1"'],
    ['a key more', 'wire_api =', 'query_params = { a = "1" }\nwire_api =', 'query_params.a = "1"'],
    ['a key less', 'wire_api = "responses"', '', '- model_providers.gomodel.wire_api = "responses"'],
    ['another provider', '"gomodel"', '"third"', '+ model_provider = "third"'],
  ])(
    'refuses where its settings were changed since, and shows it: %s (rule 20)',
    async (_what, from, to, shown) => {
      await runInitCodex(home);
      replace(from, to);
      const changed = read();
      const { error, stderr } = await runInitCodex(home, ['--undo']);
      expect(error).toMatchObject({ code: 'config_drift', exitCode: 1 });
      expect(stderr).toContain(shown);
      expect(read()).toBe(changed);
      expect(await home.state.edits.list()).toHaveLength(1);
    },
  );

  it('goes on where the user has put a part back already', async () => {
    await runInitCodex(home);
    replace('model_provider = "gomodel"', "model_provider = 'other'");
    await runInitCodex(home, ['--undo']);
    expect(read()).toBe(MINE);
  });

  it('puts back what the user chose between two edits', async () => {
    await runInitCodex(home);
    replace('"gomodel"', '"third"');
    await runInitCodex(home);
    await runInitCodex(home, ['--undo']);
    expect(read()).toBe(MINE.replace("'other'", '"third"'));
  });

  it('knows nothing any more of an edit that was put back by other means', async () => {
    await runInitCodex(home);
    const anew = `${MINE.replace('"x"', '"z"')}\r\n\r\n`;
    writeFileSync(home.config, anew);
    await runInitCodex(home, ['--builtin']);
    await runInitCodex(home, ['--undo']);
    expect(read()).toBe(anew);
  });

  it('shows what it would do for --dry-run', async () => {
    await runInitCodex(home);
    const edited = read();
    const { stdout } = await runInitCodex(home, ['--undo', '--dry-run']);
    expect(stdout).toContain("+model_provider = 'other'");
    expect(read()).toBe(edited);
    expect(await home.state.edits.list()).toHaveLength(1);
  });

  it('does nothing a second time, and says where there is something to undo', async () => {
    await runInitCodex(home, ['--profile', 'work']);
    const { error, stderr } = await runInitCodex(home, ['--undo']);
    expect(error).toBeUndefined();
    expect(stderr).toContain('Nothing to undo');
    expect(stderr).toContain('work.config.toml');
    expect(read()).toBe(MINE);
  });

  it('forgets an edit whose file is gone', async () => {
    await runInitCodex(home, ['--profile', 'work']);
    writeFileSync(join(home.codexHome, 'work.config.toml'), '');
    await runInitCodex(home, ['--profile', 'work', '--undo']);
    expect(existsSync(join(home.codexHome, 'work.config.toml'))).toBe(false);
    expect(await home.state.edits.list()).toEqual([]);
  });
});

describe('an edit that cannot be written', () => {
  it('leaves neither a journal entry nor a backup where the file was changed meanwhile', async () => {
    const file = await loadConfigFile(home.config);
    const plan = planEdit(file.text, wantBuiltin('http://localhost:8080/v1', undefined), file.path);
    appendFileSync(home.config, TRUST);
    const clock = { now: () => 0, monotonic: () => 0 };
    await expect(applyEdit(file, plan, { journal: home.state.edits, clock })).rejects.toMatchObject({
      code: 'command_failed',
    });
    expect(read()).toBe(MINE + TRUST);
    expect(await home.state.edits.list()).toEqual([]);
    expect(readdirSync(home.codexHome)).toEqual(['config.toml']);
  });
});
