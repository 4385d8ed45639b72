/** What an administrator has set up: keys of several roles, budgets and limits. */
const SETTINGS: readonly (readonly [method: string, path: string, body: object])[] = [
  ['POST', 'keys', { name: 'Ada', role: 'admin', userPath: '/research/ada', labels: ['research'] }],
  [
    'POST',
    'keys',
    { name: 'Nightly build', role: 'user', userPath: '/ci', models: ['gpt-5*'], expires: '90d' },
  ],
  [
    'POST',
    'keys',
    { name: 'Grace', role: 'member', userPath: '/research/grace', labels: ['research', 'pilot'] },
  ],
  ['PUT', 'budgets', { scope: '/', period: 'monthly', limit: '200', unit: 'usd', enforcement: 'hard' }],
  ['PUT', 'budgets', { scope: '/research/*', period: 'daily', limit: '5', unit: 'usd', enforcement: 'soft' }],
  [
    'PUT',
    'budgets',
    { scope: 'session:*', period: 'daily', limit: '60000', unit: 'tokens', enforcement: 'soft' },
  ],
  ['PUT', 'limits', { scope: '/', rpm: '60', tpm: '400000', concurrent: '8' }],
  ['PUT', 'limits', { scope: 'label:pilot', rpm: '10' }],
];

/** Sets all of it by the API of the page. @throws where the gateway refuses one of them, with its words */
export const manageGateway = async (origin: string, masterKey: string): Promise<void> => {
  const headers = { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' };
  for (const [method, path, body] of SETTINGS) {
    const answer = await fetch(`${origin}/admin/api/v1/${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
};
