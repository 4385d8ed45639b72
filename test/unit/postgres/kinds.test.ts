import { expect, it } from 'vitest';
import { kindOf, MAX_REPOSITORIES, OTHERS } from '../../../src/postgres/log/kinds.ts';
import { loggedExchange } from '../../support/postgres/open-log.ts';

const kindWith = (repository: string, auth: 'master_key' | 'rejected' = 'master_key') =>
  kindOf(loggedExchange(0, { auth, client: { repository } }).record, true);

it('gives what clients call their repositories so many kinds, and no more', () => {
  expect(kindWith('github.com/corp/stranger', 'rejected').kind.values.repository).toBe(OTHERS);
  expect(kindWith(`github.com/${'x'.repeat(300)}`).kind.values.repository).toBe(OTHERS);
  const named = (place: number) => kindWith(`github.com/corp/shop-${place}`).kind.values.repository;
  for (let place = 0; place < MAX_REPOSITORIES + 10; place++) named(place);
  expect(named(0)).toBe('github.com/corp/shop-0');
  expect(named(MAX_REPOSITORIES - 1)).toBe(`github.com/corp/shop-${MAX_REPOSITORIES - 1}`);
  expect(named(MAX_REPOSITORIES)).toBe(OTHERS);
});

it('knows the kind of the model, which is one for all who ask for it', () => {
  const of = (keyId: string, status: number) =>
    kindOf(loggedExchange(0, { keyId, status, model: 'gpt-5.5', provider: 'openai' }).record, true);
  const [one, other, failed] = [of('ada', 200), of('bob', 200), of('ada', 500)];
  expect(one.kind.id).not.toBe(other.kind.id);
  expect(one.reduced[0]?.id).toBe(other.reduced[0]?.id);
  expect(failed.reduced[0]?.id).not.toBe(one.reduced[0]?.id);
  expect(one.reduced[0]?.values).toMatchObject({ model: 'gpt-5.5', key_id: null, status: null });
});

it('knows the kinds of the client and of the team, which are one for all people of them', () => {
  const of = (place: number, version: string, userPath: string) =>
    kindOf(
      loggedExchange(0, {
        ...{ keyId: `key_${place}`, model: 'gpt-5.5', userPath, labels: ['red'] },
        client: { name: 'codex_exec', version },
      }).record,
      true,
    );
  const [one, other, elsewhere] = [of(1, '1', '/red/ada'), of(2, '1', '/red/bob'), of(1, '2', '/blue/ada')];
  expect(one.kind.values).toMatchObject({
    model_id: one.reduced[0]?.id,
    client_id: one.reduced[1]?.id,
    team_id: one.reduced[2]?.id,
  });
  expect(one.reduced.map(({ id }) => id)).toEqual(other.reduced.map(({ id }) => id));
  expect(one.reduced[1]?.values).toMatchObject({
    client_name: 'codex_exec',
    client_version: '1',
    user_path: null,
  });
  expect(one.reduced[2]?.values).toMatchObject({ user_path: '/red', labels: ['red'], client_name: null });
  expect(elsewhere.reduced[0]?.id).toBe(one.reduced[0]?.id);
  expect(elsewhere.reduced[1]?.id).not.toBe(one.reduced[1]?.id);
  expect(elsewhere.reduced[2]?.id).not.toBe(one.reduced[2]?.id);
});
