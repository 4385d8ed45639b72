import { describe, expect, it } from 'vitest';
import { extendCatalog } from '../../../src/codex/extend-catalog.ts';

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
});
