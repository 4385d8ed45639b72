import fc from 'fast-check';
import { parse, type TomlTable } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import type { ConfigEdit } from '../../../src/codex/edit/edit-journal.ts';
import { hashText } from '../../../src/codex/edit/hash-text.ts';
import { mergeOwned } from '../../../src/codex/edit/merge-owned.ts';
import { planEdit } from '../../../src/codex/edit/plan-edit.ts';
import { planUndo } from '../../../src/codex/edit/plan-undo.ts';
import { wantBuiltin, wantProvider } from '../../../src/codex/edit/provider-settings.ts';
import { readToml } from '../../../src/codex/toml/read-toml.ts';
import { configText } from '../../support/codex/generate-config.ts';

const BASE_URL = 'http://localhost:8080/v1';
const wish = { id: 'gomodel', baseUrl: BASE_URL, model: undefined, isDefault: true };

const WANTED = {
  key: wantProvider({ ...wish, auth: { kind: 'key', envKey: 'OPENAI_API_KEY' } }),
  chatgpt: wantProvider({ ...wish, model: 'gpt-5.5', auth: { kind: 'chatgpt' } }),
  builtin: wantBuiltin(BASE_URL, undefined),
};
type Kind = keyof typeof WANTED;
const kind = fc.constantFrom<Kind>('key', 'chatgpt', 'builtin');
const kinds = fc.array(kind, { minLength: 1, maxLength: 3 });

const read = (text: string): TomlTable => parse(text.replace('\uFEFF', ''));

const asTable = (value: unknown): TomlTable => (value ?? {}) as TomlTable;

/** What the edited text must mean, worked out on values instead of on text. */
const expectMeaning = (before: TomlTable, wanted: Kind): TomlTable => {
  if (wanted === 'builtin') {
    const back = 'model_provider' in before ? { model_provider: 'openai' } : {};
    return { ...before, ...back, openai_base_url: BASE_URL };
  }
  const all = asTable(before.model_providers);
  const { env_key: _key, requires_openai_auth: _auth, ...block } = asTable(all.gomodel);
  const entries: TomlTable =
    wanted === 'key'
      ? { name: 'GoModel', base_url: BASE_URL, env_key: 'OPENAI_API_KEY', wire_api: 'responses' }
      : {
          name: 'OpenAI',
          base_url: BASE_URL,
          wire_api: 'responses',
          requires_openai_auth: true,
          env_http_headers: { ...asTable(block.env_http_headers), 'X-GoModel-Key': 'GOMODEL_MASTER_KEY' },
        };
  return {
    ...before,
    ...(wanted === 'chatgpt' ? { model: 'gpt-5.5' } : {}),
    model_provider: 'gomodel',
    model_providers: { ...all, gomodel: { ...block, ...entries } },
  };
};

const expectInOrder = (text: string, pieces: readonly string[]): void => {
  let from = 0;
  for (const piece of pieces) {
    const at = text.indexOf(piece, from);
    expect(at, `${JSON.stringify(piece)} is gone`).toBeGreaterThanOrEqual(from);
    from = at + piece.length;
  }
};

/** Edits a text again and again, as runs of the command would, and keeps the journal of it. */
const editRepeatedly = (start: string, kinds: readonly Kind[]): { text: string; edit: ConfigEdit } => {
  const empty: ConfigEdit = {
    id: 'edit_1',
    file: '/codex/config.toml',
    editedAt: '2026-01-01T00:00:00.000Z',
    created: false,
    backups: [],
    owned: [],
    steps: [],
  };
  return kinds.reduce(
    ({ text, edit }, wanted) => {
      const plan = planEdit(text, WANTED[wanted], 'config.toml');
      const owned = mergeOwned(edit.owned, plan.owned, readToml(text, 'config.toml'));
      const step = { textHash: hashText(plan.text), splices: plan.splices };
      return { text: plan.text, edit: { ...edit, owned, steps: [...edit.steps, step] } };
    },
    { text: start, edit: empty },
  );
};

const undo = (text: string, edit: ConfigEdit): string => {
  const undone = planUndo(text, edit, 'config.toml');
  if (undone.kind === 'restored') return undone.text;
  return expect.unreachable(JSON.stringify(undone.drifts));
};

describe('an edit of any configuration', () => {
  it('means what was wanted and keeps every byte that is not its own', () => {
    fc.assert(
      fc.property(configText, kind, (config, wanted) => {
        const plan = planEdit(config.text, WANTED[wanted], 'config.toml');
        expect(read(plan.text)).toEqual(expectMeaning(read(config.text), wanted));
        expectInOrder(plan.text, config.foreign);
      }),
      { numRuns: 100 },
    );
  });

  it('changes nothing when it runs a second time', () => {
    fc.assert(
      fc.property(configText, kind, (config, wanted) => {
        const once = planEdit(config.text, WANTED[wanted], 'config.toml');
        const twice = planEdit(once.text, WANTED[wanted], 'config.toml');
        expect(twice).toMatchObject({ text: once.text, splices: [], owned: [] });
      }),
      { numRuns: 100 },
    );
  });

  it('is taken back to the byte, however often it was made in different ways', () => {
    fc.assert(
      fc.property(configText, kinds, (config, wanted) => {
        const { text, edit } = editRepeatedly(config.text, wanted);
        expect(undo(text, edit)).toBe(config.text);
      }),
      { numRuns: 100 },
    );
  });

  it('is taken back around what others wrote afterwards', () => {
    const LATER = '\n[later]\nmodel_provider = "theirs" # kept\n';
    fc.assert(
      fc.property(configText, kinds, (config, wanted) => {
        const { text, edit } = editRepeatedly(config.text, wanted);
        const undone = undo(`${text}\n${LATER}`, edit);
        expect(read(undone)).toEqual({ ...read(config.text), later: { model_provider: 'theirs' } });
        expectInOrder(undone, [...config.foreign, LATER]);
      }),
      { numRuns: 100 },
    );
  });
});
