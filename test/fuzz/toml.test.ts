import fc from 'fast-check';
import { parse } from 'smol-toml';
import { expect, it } from 'vitest';
import { GatewayError } from '../../src/base/errors.ts';
import { planEdit } from '../../src/codex/edit/plan-edit.ts';
import { wantBuiltin, wantProvider } from '../../src/codex/edit/provider-settings.ts';
import { applySplices, invertSplices } from '../../src/codex/toml/splice-text.ts';
import { configText } from '../support/codex/generate-config.ts';
import { runs } from '../support/fuzz/budget.ts';

const BASE_URL = 'http://localhost:8080/v1';
const wish = { id: 'gomodel', baseUrl: BASE_URL, model: undefined, isDefault: true };
const WISHES = [
  wantProvider({ ...wish, auth: { kind: 'key', envKey: 'OPENAI_API_KEY' } }),
  wantProvider({ ...wish, model: 'gpt-5.5', auth: { kind: 'chatgpt' } }),
  wantBuiltin(BASE_URL, undefined),
];

const PIECES = [
  '[',
  ']',
  '[[',
  ']]',
  '{',
  '}',
  '=',
  '.',
  ',',
  '"',
  "'",
  '"""',
  "'''",
  '\n',
  '\r\n',
  '\r',
  '#',
  ' ',
  '\t',
  '\\',
  '\0',
  '\uFEFF',
  '\u2028',
  '\ud800',
  '1',
  '-',
  '+',
  'e',
  '_',
  'nan',
  'inf',
  'true',
  '1979-05-27',
  '07:32:00',
  '0x',
  'a',
  'é',
  'model',
  'model_provider',
  'model_providers',
  'gomodel',
  'base_url',
  'env_key',
  'openai_base_url',
  'model_provider = "x"\n',
  '[model_providers.gomodel]\n',
  '[model_providers]\n',
  '[[model_providers]]\n',
  'model_providers.gomodel.name = 1\n',
  'model_providers = {}\n',
  '[model_providers."gomodel"]\n',
  "[model_providers.'gomodel']\n",
  'gomodel = { name = "x" }\n',
  '[profiles.x]\n',
  '__proto__ = 1\n',
  '[__proto__]\n',
  '[constructor.prototype]\n',
];

/** Wreckage of a configuration: pieces in any order, or a good one with some of them thrown in. */
const wreck = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }).map((pieces) => pieces.join('')),
  fc
    .tuple(configText, fc.array(fc.tuple(fc.nat(), fc.constantFrom(...PIECES), fc.nat(6)), { maxLength: 3 }))
    .map(([{ text }, hits]) =>
      hits.reduce((damaged, [place, piece, length]) => {
        const at = place % (damaged.length + 1);
        return damaged.slice(0, at) + piece + damaged.slice(at + length);
      }, text),
    ),
);

const isStrict = (text: string): boolean => {
  try {
    parse(text.replace(/^\uFEFF/, ''));
    return true;
  } catch {
    return false;
  }
};

/** What a text means beside the settings that an edit may change. */
const foreignOf = (text: string): unknown => {
  const {
    model: _model,
    model_provider: _provider,
    openai_base_url: _url,
    model_providers,
    ...rest
  } = parse(text.replace(/^\uFEFF/, ''));
  const { gomodel: _own, ...others } = (model_providers ?? {}) as Record<string, unknown>;
  return { rest, others };
};

it('any text is edited in its own places alone and once, or refused', () => {
  let edited = 0;
  fc.assert(
    fc.property(wreck, fc.constantFrom(...WISHES), (text, wanted) => {
      let plan: ReturnType<typeof planEdit>;
      try {
        plan = planEdit(text, wanted, 'config.toml');
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        expect(['invalid_toml', 'command_failed']).toContain(error.code);
        return;
      }
      edited++;
      // The editor's reader takes a lone carriage return, which TOML does not know.
      if (isStrict(text)) expect(foreignOf(plan.text)).toEqual(foreignOf(text));
      expect(applySplices(text, plan.splices)).toBe(plan.text);
      expect(applySplices(plan.text, invertSplices(plan.splices))).toBe(text);
      expect(planEdit(plan.text, wanted, 'config.toml')).toMatchObject({
        text: plan.text,
        splices: [],
        owned: [],
      });
    }),
    runs(2500),
  );
  expect(edited).toBeGreaterThan(100);
});
