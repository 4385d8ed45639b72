import { mergeFrom, type SumForm, summedOf } from './0012-add-to-grains.ts';
import { countingFunctions } from './0012-log-grains.ts';
import { WITH_MEDIA } from './0017-media.ts';

/** Grains by client and by team: the half hour and the day of each; of times by model, 32 days. */
const BY_CLIENT_AND_TEAM = [
  '(6, half_hour, client_id)',
  '(7, half_hour / 48, client_id)',
  '(8, half_hour, team_id)',
  '(9, half_hour / 48, team_id)',
];
const FORM: SumForm = {
  counts: WITH_MEDIA.counts,
  ids: [...WITH_MEDIA.ids, 'client_id', 'team_id'],
  grains: [...WITH_MEDIA.grains, ...BY_CLIENT_AND_TEAM],
  timeGrains: [...WITH_MEDIA.timeGrains, `(10, (day - '1970-01-01'::date) / 32, model_id)`],
};

/** Sums by client and by team, so that their days are few rows, too, in every time zone. */
export const SUMS_BY_CLIENT = `
-- Whoever writes waits, and then adds to the new sums as well.
LOCK TABLE gomodel.exchanges IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE gomodel.kinds
  -- Kinds that have the same models, provider and outcome, and beside that the same client, or labels and first name of
  -- the path. Absent: itself.
  ADD COLUMN client_id bigint,
  ADD COLUMN team_id bigint;
-- Of those that were written before, one stands for all that are alike.
UPDATE gomodel.kinds k SET client_id = alike.client_id, team_id = alike.team_id
  FROM (SELECT id, min(id) OVER (PARTITION BY of_model, client_name, client_version) AS client_id,
      min(id) OVER (PARTITION BY of_model, labels, split_part(user_path, '/', 2)) AS team_id
    FROM (SELECT *, coalesce(model_id, id) AS of_model FROM gomodel.kinds) AS known) AS alike
  WHERE k.id = alike.id;

${[6, 7, 8, 9].map((grain) => `CREATE TABLE gomodel.usage_sums_${grain} PARTITION OF gomodel.usage_sums FOR VALUES IN (${grain}) WITH (fillfactor = 90);`).join('\n')}
WITH cells AS (
  SELECT start AS half_hour, kind_id, coalesce(client_id, kind_id) AS client_id, coalesce(team_id, kind_id) AS team_id,
    band, requests, oldest_ms, newest_ms, min_input, max_input, ${summedOf(FORM).join(', ')}
  FROM gomodel.usage_sums LEFT JOIN gomodel.kinds ON id = kind_id WHERE grain = 1 AND band <> -2)
${mergeFrom('cells', { ...FORM, grains: BY_CLIENT_AND_TEAM })};
-- A person's half hours of a year are few of all.
CREATE INDEX usage_sums_1_kind ON gomodel.usage_sums_1 (kind_id, start);
INSERT INTO gomodel.stream_times (grain, start, kind_id, is_ttfb, bucket, requests, slowest_ms, slowest_id)
  SELECT 10, start / 32, kind_id, is_ttfb, bucket, sum(requests), max(slowest_ms),
    (array_agg(slowest_id ORDER BY slowest_ms DESC))[1]
  FROM gomodel.stream_times WHERE grain = 5 GROUP BY 2, 3, 4, 5 ORDER BY 2, 3, 4, 5;

${countingFunctions(FORM)}`;
