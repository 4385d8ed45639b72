import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { parseConfigFile } from '../../../src/config/file/parse-config-file.ts';
import type { Policy } from '../../../src/config/policy.ts';
import { compilePolicy } from '../../../src/fleet/compile-policy.ts';
import { ansibleTasks, enrollInFull } from '../../../src/fleet/enroll.ts';
import { groupsOf } from '../../../src/fleet/rules-for.ts';

const read = (policy: object): Policy => {
  const text = JSON.stringify({ policy: { url: 'https://gw.corp', ...policy } });
  const { policy: found } = parseConfigFile(text, 'gomodel.yaml', {});
  if (!found) throw new Error('the file has no policy');
  return found.value;
};

/** As somebody could write it into the file: quotes, backslashes, braces, and all that can be seen. */
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((value) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}$]/u.test(value));

describe('a policy of any text', () => {
  it('is read by both clients as it was written, and says nothing else', () => {
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 3 }), text, (name, model, args, command) => {
        const compiled = compilePolicy(
          read({
            name,
            default: { model, mcp_servers: { docs: { command, args, installed: true } } },
          }),
          [],
        );
        const requirements = parse(compiled.codex.requirementsToml);
        expect(requirements).toMatchObject({
          model_provider: 'gomodel',
          mcp_servers: { docs: { identity: { command } } },
          model_providers: { gomodel: { name, base_url: 'https://gw.corp/v1' } },
        });
        expect(Object.keys(requirements).sort()).toEqual([
          'mcp_servers',
          'model_provider',
          'model_providers',
        ]);
        expect(parse(compiled.codex.configToml)).toEqual({
          model,
          mcp_servers: { docs: { command, args } },
        });
        expect(compiled.claude).toMatchObject({
          allowedMcpServers: [{ serverCommand: [command, ...args] }],
        });
      }),
      { numRuns: 300 },
    );
  });

  it('arrives on a machine by Ansible as it was printed, and is no template there', () => {
    const policy = read({ name: '{{ lookup("pipe", "id") }}', default: { model: "it's #1: [x]" } });
    const enrollment = enrollInFull(compilePolicy(policy, []));
    const unsafe = { tag: '!unsafe', resolve: (value: string) => ({ unsafe: value }) };
    const tasks = parseYaml(ansibleTasks(enrollment), { customTags: [unsafe] }) as readonly Record<
      string,
      { content?: unknown }
    >[];
    const contents = tasks.map((task) => task['ansible.builtin.copy']?.content).filter(Boolean);
    expect(contents).toEqual(
      [enrollment.requirements, enrollment.config, enrollment.claude].map((content) => ({ unsafe: content })),
    );
  });
});

describe('a policy is refused', () => {
  it.each([
    ['a name of digits alone, which would lose its place', { groups: { 2024: {} } }, /must not be a number/],
    [
      'a name of the language',
      { groups: JSON.parse('{"__proto__":{"sandbox":["read-only"]}}') },
      /__proto__/,
    ],
    ['a name with a slash', { groups: { '/company/platform': {} } }, /letters, digits/],
    ['a member that it does not know', { default: { sandboxes: ['read-only'] } }, /sandboxes/],
    ['a line break', { default: { model: 'a\nb' } }, /control characters/],
    ['half a character', { default: { model: 'a\ud800' } }, /control characters/],
    ['a break that only YAML knows', { name: 'a\u2028b' }, /control characters/],
    ['a feature of the language', { default: { features: JSON.parse('{"__proto__":true}') } }, /__proto__/],
  ])('with %s', (_what, policy, message) => {
    expect(() => read(policy)).toThrow(message);
  });
});

it('a file that names something twice is refused, as a number and as a text, too', () => {
  expect(() => parseConfigFile('policy:\n  groups:\n    7: {}\n    "7": {}\n', 'gomodel.yaml', {})).toThrow(
    'gomodel.yaml:4:5: Map keys must be unique',
  );
});

describe('who belongs to a group', () => {
  const policy = read({
    groups: {
      contractors: { sign_in_groups: ['/company/extern', 'CN=Extern,OU=Groups'], sandbox: ['read-only'] },
      platform: { user_paths: ['/team/platform'] },
    },
  });

  it('is in it by its own name, or by one that the identity provider has for it', () => {
    expect(groupsOf(policy, { groups: ['/company/extern'] })).toEqual(['contractors']);
    expect(groupsOf(policy, { groups: ['contractors'] })).toEqual(['contractors']);
    expect(groupsOf(policy, { groups: ['/company/Extern', 'extern', '/company'] })).toEqual([]);
  });

  it('has the first one of the file, whatever order the provider has', () => {
    const groups = groupsOf(policy, {
      groups: ['platform', 'CN=Extern,OU=Groups'],
      userPath: '/team/platform',
    });
    expect(groups).toEqual(['contractors', 'platform']);
    expect(compilePolicy(policy, groups.toReversed()).group).toBe('contractors');
  });
});

it('a policy is compiled once for each group, and anew where it has changed', () => {
  const policy = read({ default: { model: 'a' } });
  expect(compilePolicy(policy, [])).toBe(compilePolicy(policy, []));
  const changed = read({ default: { model: 'b' } });
  expect(compilePolicy(changed, []).etag).not.toBe(compilePolicy(policy, []).etag);
  // Of the same text, in any process: what a client was served stays what it knows.
  expect(compilePolicy(read({ default: { model: 'a' } }), []).etag).toBe(compilePolicy(policy, []).etag);
});
