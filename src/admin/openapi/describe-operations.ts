import schemas from './schemas.json' with { type: 'json' };

type Schema = { readonly [key: string]: unknown };

export const ref = (name: keyof typeof schemas): Schema => ({ $ref: `#/components/schemas/${name}` });
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const pageOf = (items: Schema): Schema => ({
  type: 'object',
  properties: {
    entries: listOf(items),
    total: { type: 'number' },
    limit: { type: 'number' },
    offset: { type: 'number' },
  },
  required: ['entries', 'total', 'limit', 'offset'],
  additionalProperties: false,
});

export const json = (schema: Schema) => ({ 'application/json': { schema } });
export const refused = (description: string) => ({ description, content: json(ref('ErrorAnswer')) });
export const REFUSALS = {
  '400': refused('A parameter or the body is not what it must be.'),
  '401': refused('Log in first, or send the key.'),
  '403': refused('The page that asks is not the gateway’s own.'),
};

/** Each member of a query's type is a parameter of that name. */
export const parametersOf = (query: { readonly properties: object; readonly required?: readonly string[] }) =>
  Object.entries(query.properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: query.required?.includes(name) ?? false,
    ...(description ? { description } : {}),
    schema,
  }));

export const inPath = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
export const inQuery = (name: string, schema: Schema, description: string) => ({
  name,
  in: 'query',
  required: false,
  description,
  schema,
});

export const read = (summary: string, schema: Schema, parameters: readonly object[] = []) => ({
  get: {
    summary,
    parameters,
    responses: { '200': { description: summary, content: json(schema) }, ...REFUSALS },
  },
});

export const readFile = (summary: string, types: readonly string[], parameters: readonly object[]) => ({
  get: {
    summary,
    parameters,
    responses: {
      '200': {
        description: summary,
        content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }])),
      },
      ...REFUSALS,
    },
  },
});

export const change = (
  summary: string,
  schema: Schema,
  status: string,
  parameters: readonly object[] = [],
) => ({
  summary,
  parameters,
  responses: { [status]: { description: summary, content: json(schema) }, ...REFUSALS },
});

/** What is set by a body and removed by its id. */
export const settable = (what: string, members: string) => ({
  put: {
    summary: `Sets a ${what}: ${members}`,
    requestBody: { required: true, content: json({ type: 'object' }) },
    responses: {
      '200': {
        description: 'Its id',
        content: json({ type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }),
      },
      ...REFUSALS,
    },
  },
  delete: {
    summary: `Removes a ${what} that was set so`,
    parameters: [inQuery('id', { type: 'string' }, 'As the list names it.')],
    responses: { '204': { description: 'Removed' }, ...REFUSALS },
  },
});

export const usage = parametersOf(schemas.UsageQuery);
export const LIMIT = inQuery('limit', { type: 'number' }, 'Default 50, at most 200.');
export const OFFSET = inQuery('offset', { type: 'number' }, 'Default 0.');
export const id = inPath('id');
