const readNumber = (text: string | undefined): number | undefined => {
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
};

const readSwitch = (text: string | undefined): boolean | undefined =>
  text === undefined ? undefined : /^(?:true|1)$/i.test(text);

const readWindow = (told: Record<string, string>, prefix: string): object | undefined => {
  const used_percent = readNumber(told[`${prefix}-used-percent`]);
  if (used_percent === undefined) return undefined;
  const window_minutes = readNumber(told[`${prefix}-window-minutes`]) ?? null;
  const reset_at = readNumber(told[`${prefix}-reset-at`]) ?? null;
  return { used_percent, window_minutes, reset_at };
};

/** `x-codex-primary-used-percent` → `codex`, `x-codex-other-primary-used-percent` → `codex-other` */
const LIMIT = /^x-(.+)-(?:primary|secondary)-used-percent$/;

const readCredits = (told: Record<string, string>): object | undefined => {
  const has_credits = readSwitch(told['x-codex-credits-has-credits']);
  const unlimited = readSwitch(told['x-codex-credits-unlimited']);
  if (has_credits === undefined || unlimited === undefined) return undefined;
  return { has_credits, unlimited, balance: told['x-codex-credits-balance'] ?? null };
};

/** The events that tell Codex of quotas. @param told header fields, as names and values */
export const rateLimitFrames = (told: Record<string, string>): Buffer[] => {
  const limits = new Set(Object.keys(told).flatMap((name) => LIMIT.exec(name)?.[1] ?? []));
  return [...limits].map((limit) =>
    Buffer.from(
      JSON.stringify({
        type: 'codex.rate_limits',
        plan_type: told['x-codex-plan-type'],
        rate_limits: {
          primary: readWindow(told, `x-${limit}-primary`) ?? null,
          secondary: readWindow(told, `x-${limit}-secondary`) ?? null,
        },
        credits: limit === 'codex' ? readCredits(told) : undefined,
        ...(limit === 'codex' ? {} : { metered_limit_name: limit.replaceAll('-', '_') }),
      }),
    ),
  );
};
