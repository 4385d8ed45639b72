import type { FleetAnswer } from '../../../src/admin/api-types/fleet.ts';

const MINUTE_MS = 60_000;

/** A small fleet: somebody who follows the policy, somebody whose client is older, somebody who does not. */
export const answerFleet = (nowMs: number, lastId: string): FleetAnswer => {
  const use = (requests: number, cost: number | null, minutes: number) => ({
    ...{ requests, cost, last_id: lastId },
    last_request_at: new Date(nowMs - minutes * MINUTE_MS).toISOString(),
  });
  const losses = (cache_losses: number, lost_tokens: number, lost_cost: number | null) => ({
    ...{ cache_losses, lost_tokens, lost_cost },
  });
  return {
    start_date: '2026-11-24',
    end_date: '2026-11-30',
    exchanges: 1_204,
    is_whole: true,
    policy: 'default-5d5429d6',
    clients: [
      {
        name: 'codex_cli_rs',
        version: '0.171.0',
        people: 2,
        ...use(900, 31.4, 2),
        ...losses(3, 41_000, 0.05),
      },
      {
        name: 'codex_cli_rs',
        version: '0.169.0',
        people: 1,
        ...use(200, 9.2, 50),
        ...losses(61, 2_400_000, 2.9),
      },
      { name: 'claude-cli', version: '2.1.330', people: 1, ...use(104, null, 300), ...losses(0, 0, null) },
    ],
    people: [
      {
        ...{ id: 'key_anna', name: 'anna', user_path: '/team/eng/anna', clients: ['codex_cli_rs 0.171.0'] },
        ...{ enrolled: 'current', policy: 'engineering-0a1b2c3d', ...use(700, 25.1, 2) },
      },
      {
        ...{ id: 'key_ben', name: 'ben', user_path: '/team/eng/ben', clients: ['codex_cli_rs 0.169.0'] },
        ...{ enrolled: 'old', policy: 'engineering-99999999', ...use(200, 9.2, 50) },
      },
      { id: 'sso:carla', clients: ['claude-cli 2.1.330'], enrolled: 'no', ...use(304, 6.3, 300) },
    ],
    repositories: [
      { repository: 'github.com/corp/shop', people: 2, ...use(800, 30, 2) },
      { repository: 'git.corp/tools/deploy', people: 1, ...use(150, 4.2, 90) },
    ],
    other_models: [{ asked: 'gpt-5.5', served: 'gpt-5.4-mini', provider: 'azure', ...use(12, 0.2, 120) }],
  };
};
