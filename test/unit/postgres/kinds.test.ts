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
  expect(one.model.id).toBe(other.model.id);
  expect(failed.model.id).not.toBe(one.model.id);
  expect(one.model.values).toMatchObject({ model: 'gpt-5.5', key_id: null, status: null });
});
