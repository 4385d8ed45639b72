import { describe, expect, it } from 'vitest';
import { extendCatalog } from '../../../src/codex/catalog/extend-catalog.ts';

const model = (slug: string, more: object = {}) => ({
  slug,
  visibility: 'list',
  shell_type: 'unified_exec',
  supported_reasoning_levels: [{ effort: 'high' }],
  use_responses_lite: false,
  ...more,
});

describe('extendCatalog', () => {
  const catalog = [
    model('lite', { use_responses_lite: true }),
    model('plain', { tool_mode: 'code_mode_only', required_by_the_next_version: 1 }),
    model('hidden', { visibility: 'hide' }),
  ];

  it('leaves the models of Codex as they are, in their order', () => {
    expect(extendCatalog(catalog, [{ id: 'plain', listed: true }])).toEqual(catalog);
  });

  it('makes an entry of a plain one, with the fields that this Codex asks for and without its gifts', () => {
    const [added] = extendCatalog(catalog, [{ id: 'new', listed: true }]).slice(3);
    expect(added).toMatchObject({
      slug: 'new',
      display_name: 'new',
      visibility: 'list',
      shell_type: 'unified_exec',
      required_by_the_next_version: 1,
      supported_reasoning_levels: [],
      use_responses_lite: false,
    });
    expect(added).not.toHaveProperty('tool_mode');
  });

  it('adds a model once, and hides what is not to be chosen from the list', () => {
    const served = [
      { id: 'new', listed: true },
      { id: 'new', listed: false },
      { id: 'other', listed: false },
    ];
    const added = extendCatalog(catalog, served).slice(3);
    expect(added.map(({ slug, visibility, priority }) => [slug, visibility, priority])).toEqual([
      ['new', 'list', 1000],
      ['other', 'hide', 1001],
    ]);
  });

  it('says how much a model holds and takes, so that Codex compacts in time', () => {
    const served = { id: 'new', listed: true, contextWindow: 64_000, inputModalities: ['text', 'audio'] };
    expect(extendCatalog(catalog, [served]).at(-1)).toMatchObject({
      context_window: 64_000,
      max_context_window: 64_000,
      input_modalities: ['text'],
    });
  });

  it('gives another name of a model the same entry', () => {
    const [entry] = extendCatalog(catalog, [{ id: 'mine', listed: true, sameAs: 'lite' }]).slice(3);
    expect(entry).toMatchObject({
      slug: 'mine',
      use_responses_lite: true,
      supported_reasoning_levels: [{ effort: 'high' }],
    });
  });

  it('needs no catalog of Codex for the least that Codex takes', () => {
    const [entry] = extendCatalog([], [{ id: 'new', listed: true, contextWindow: 64_000 }]);
    expect(entry).toMatchObject({ slug: 'new', context_window: 64_000, supported_in_api: true });
    expect(entry?.base_instructions).toMatch(/coding agent/);
  });
});
