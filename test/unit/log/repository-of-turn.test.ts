import { expect, it } from 'vitest';
import { repositoryOfTurn } from '../../../src/log/capture/repository-of-turn.ts';

const of = (...remotes: unknown[]) =>
  repositoryOfTurn({
    workspaces: Object.fromEntries(
      remotes.map((associated_remote_urls, place) => [`/home/anna/${place}`, { associated_remote_urls }]),
    ),
  });

it.each([
  ['https://github.com/ada/tracker.git', 'github.com/ada/tracker'],
  ['https://ada:ghp_secret@GitHub.com/ada/tracker', 'github.com/ada/tracker'],
  ['git@github.com:ada/tracker.git', 'github.com/ada/tracker'],
  ['ssh://git@git.corp:2222/tools/deploy/', 'git.corp/tools/deploy'],
  ['/srv/git/tracker.git', undefined],
  ['../tracker', undefined],
  ['file:///srv/git/tracker.git', undefined],
  ['https://github.com/', undefined],
  [`https://github.com/${'x'.repeat(600)}`, undefined],
  [7, undefined],
])('names the repository of %s', (remote, name) => {
  expect(of({ origin: remote })).toBe(name);
});

it('takes the first workspace with a remote, and there the one called origin', () => {
  expect(of({}, { upstream: 'https://a.example/x', origin: 'https://b.example/y' })).toBe('b.example/y');
  expect(of({ upstream: 'https://a.example/x' })).toBe('a.example/x');
  expect(repositoryOfTurn({ workspaces: [] })).toBeUndefined();
  expect(repositoryOfTurn({ workspaces: { a: null } })).toBeUndefined();
  expect(repositoryOfTurn({})).toBeUndefined();
});
