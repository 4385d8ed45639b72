import type { JoinedModel } from './joined-models.ts';

/** A model in the form of Anthropic's `GET /v1/models`; what its own form lacks stands beside it. */
interface AnthropicModel {
  readonly type: 'model';
  readonly id: string;
  readonly display_name: string;
  /** The beginning of time, since not every provider says it. */
  readonly created_at: string;
  readonly max_input_tokens?: number;
  readonly max_tokens?: number;
  readonly owned_by: string;
}

interface AnthropicList {
  readonly data: readonly AnthropicModel[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 20;

const toModel = ({ name, provider, contextWindow, maxOutputTokens }: JoinedModel): AnthropicModel => ({
  type: 'model',
  id: name,
  display_name: name,
  created_at: '1970-01-01T00:00:00Z',
  ...(contextWindow !== undefined && { max_input_tokens: contextWindow }),
  ...(maxOutputTokens !== undefined && { max_tokens: maxOutputTokens }),
  owned_by: provider,
});

export const toAnthropicModel = (model: JoinedModel | undefined): AnthropicModel | undefined =>
  model && toModel(model);

const limitOf = (given: string | null): number => {
  const limit = Number(given ?? DEFAULT_LIMIT);
  return Number.isInteger(limit) && limit >= 1 ? Math.min(limit, MAX_LIMIT) : DEFAULT_LIMIT;
};

/**
 * A page of the list. An id that is not in it begins at the first page.
 * @param query `limit`, `after_id`, `before_id`
 * @see https://platform.claude.com/docs/en/api/models/list
 */
export const toAnthropicList = (
  models: readonly JoinedModel[],
  query: Pick<URLSearchParams, 'get'>,
): AnthropicList => {
  const placeOf = (id: string | null): number => models.findIndex(({ name }) => name === id);
  const limit = limitOf(query.get('limit'));
  const before = placeOf(query.get('before_id'));
  const start = before === -1 ? placeOf(query.get('after_id')) + 1 : Math.max(0, before - limit);
  const end = before === -1 ? start + limit : before;
  const data = models.slice(start, end).map(toModel);
  return {
    data,
    has_more: before === -1 ? end < models.length : start > 0,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
};
