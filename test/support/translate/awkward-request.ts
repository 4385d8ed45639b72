/** The first bytes of real files, by what they are. */
export const BYTES = {
  png: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64'),
  jpeg: Buffer.from('ffd8ffe000104a464946000101010048', 'hex').toString('base64'),
  gif: Buffer.from('474946383961010001008000000000ff', 'hex').toString('base64'),
};

const tool = (name: string, parameters: unknown) => ({ type: 'function', name, parameters });

/** Schemas as servers of the Model Context Protocol are known to send them; each is refused by somebody. */
export const AWKWARD_TOOLS: readonly object[] = [
  tool('no_parameters', undefined),
  tool('null_parameters', null),
  tool('no_properties', { type: 'object' }),
  tool('null_properties', { type: 'object', properties: null }),
  tool('no_type', { properties: { a: { type: 'string' } } }),
  tool('odata', {
    type: 'object',
    properties: {
      $top: { type: 'integer' },
      'issue_types[]': { type: 'array', items: { type: 'string' } },
      filter: { type: 'object', properties: { 'created at': { type: 'string' } }, required: ['created at'] },
      [`long_${'x'.repeat(80)}`]: { type: 'string' },
    },
    required: ['$top'],
  }),
  tool('draft_4', {
    $schema: 'http://json-schema.org/draft-04/schema#',
    id: 'http://example.com/x',
    type: 'object',
    properties: {
      n: { type: 'number', minimum: 0, exclusiveMinimum: true },
      point: { type: 'array', items: [{ type: 'number' }, { type: 'number' }], additionalItems: false },
    },
  }),
  tool('draft_3', {
    type: 'object',
    properties: { a: { type: 'any', required: true }, b: { type: 'str', required: false } },
  }),
  tool('references', {
    type: 'object',
    $defs: { Node: { type: 'object', properties: { child: { $ref: '#/$defs/Node' } } } },
    definitions: { Name: { type: 'string', minLength: 1 } },
    properties: {
      tree: { $ref: '#/$defs/Node' },
      name: { $ref: '#/definitions/Name' },
      lost: { $ref: '#/$defs/Nowhere' },
      far: { $ref: 'https://example.com/schema.json' },
    },
  }),
  tool('top_reference', {
    $ref: '#/$defs/Args',
    $defs: { Args: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] } },
  }),
  tool('alternatives', {
    type: 'object',
    anyOf: [
      { properties: { path: { type: 'string' } }, required: ['path'] },
      { properties: { url: { type: 'string', format: 'uri' } }, required: ['url'] },
    ],
  }),
  tool('choices', {
    type: 'object',
    properties: {
      empty: { type: 'string', enum: [] },
      blank: { type: 'string', enum: ['', 'a', 'a'] },
      level: { type: 'integer', enum: [0, 1, 2] },
      kind: { const: 'insert_text' },
      maybe: { type: ['string', 'null'], enum: ['a', null] },
      either: { type: ['string', 'number', 'array'] },
      nullable: { type: 'string', nullable: true },
      union: { oneOf: [{ type: 'string' }, { type: 'null' }] },
    },
    required: ['kind', 'not_there'],
  }),
  tool('bounds', {
    type: 'object',
    properties: {
      list: { type: 'array' },
      text: { type: 'string', minLength: '1', pattern: '[' },
      look: { type: 'string', pattern: '^(?!x).*$', format: 'email' },
      anything: true,
      nothing: false,
      free: { type: 'object', additionalProperties: { type: 'string' } },
      odd: null,
    },
    required: null,
    additionalProperties: null,
  }),
];

const call = (id: string, name: string, args: unknown) => ({
  type: 'function_call',
  call_id: id,
  name,
  arguments: args,
});
const output = (id: string, content: unknown) => ({
  type: 'function_call_output',
  call_id: id,
  output: content,
});

/** A history that a provider of the real world refuses at several places. */
export const AWKWARD_INPUT: readonly object[] = [
  { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'You are Codex.' }] },
  { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Permissions.' }] },
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: '' }] },
  {
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: 'Look.' },
      { type: 'input_image', image_url: `data:image/png;base64,${BYTES.jpeg}` },
      { type: 'input_image', image_url: `data:IMAGE/JPEG;base64,${BYTES.jpeg}` },
      { type: 'input_image', image_url: `data:image/jpg;base64,${BYTES.jpeg}` },
      { type: 'input_image', image_url: `data:application/octet-stream;base64,${BYTES.png}` },
      { type: 'input_image', image_url: 'data:image/png;base64,%%%not base64%%%' },
      { type: 'input_image', image_url: 'data:image/png;base64,' },
      { type: 'input_image', image_url: 'file:///tmp/a.png' },
      { type: 'input_file', filename: 'notes.md', file_data: `data:;base64,${btoa('# Notes')}` },
    ],
  },
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Now.' }] },
  call('c1', 'no_properties', '{"cmd": "ls'),
  output('c1', 'failed to parse'),
  call('c2', 'no_properties', ''),
  output('c2', ''),
  call('c3', 'no_properties', 'ls -la'),
  output('c3', [{ type: 'input_image', image_url: `data:image/gif;base64,${BYTES.png}` }]),
  call('c4', 'no_properties', '[1]'),
  call('c5', 'no_properties', '{}'),
  output('c4', 'late'),
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: '' }] },
  { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Mode changed.' }] },
  output('never_called', 'stray'),
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Go on.' }] },
];
