/**
 * A count in at most five characters: `830`, `1.2k`, `12.1k`, `128k`, `1.2M`.
 * @param maxLength 4 leaves out the decimal from 10,000 on: `12k`
 */
export const formatCount = (count: number, maxLength: 4 | 5 = 5): string => {
  if (count < 1000) return String(Math.round(count));
  const units = ['k', 'M', 'G', 'T'];
  let value = count / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const decimals = value < (maxLength === 5 ? 99.95 : 9.95) ? 1 : 0;
  return `${value.toFixed(decimals)}${units[unit]}`;
};

/**
 * A duration in at most five characters: `612ms`, `8.4s`, `45.2s`, `2m05s`, `12m`, `1.2h`.
 * @param maxLength 4 gives `0.6s`, `45s`, `2.1m` instead
 */
export const formatDuration = (ms: number, maxLength: 4 | 5 = 5): string => {
  const short = maxLength === 4;
  if (ms < 0.5) return '<1ms';
  if (ms < (short ? 99.5 : 999.5)) return `${Math.round(ms)}ms`;
  const seconds = ms / 1000;
  if (seconds < (short ? 9.95 : 59.95)) return `${seconds.toFixed(1)}s`;
  if (seconds < 59.5) return `${Math.round(seconds)}s`;
  const minutes = seconds / 60;
  if (short && minutes < 9.95) return `${minutes.toFixed(1)}m`;
  if (!short && seconds < 599.5) {
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  }
  if (minutes < 59.5) return `${Math.round(minutes)}m`;
  const hours = minutes / 60;
  return hours < 9.95 ? `${hours.toFixed(1)}h` : `${Math.round(hours)}h`;
};

/** Money in at most six characters: `$0.031`, `$0.31`, `$12.30`, `$123`, `<$.001`. */
export const formatCost = (usd: number): string => {
  if (usd === 0) return '$0';
  if (usd < 0.0005) return '<$.001';
  if (usd < 0.0995) return `$${usd.toFixed(3)}`;
  return usd < 99.995 ? `$${usd.toFixed(2)}` : `$${formatCount(usd)}`;
};

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

const scaleBytes = (bytes: number): { value: number; unit: number } => {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return { value, unit };
};

/** How much room a size may take: `45.2→15.8 KB`, `45→16 KB`, `45→16K`. */
export type SizeForm = 'exact' | 'round' | 'tight';

const decimalsOf = (value: number, unit: number, form: SizeForm): number => {
  if (unit === 0) return 0;
  return value < (form === 'exact' ? 99.95 : 9.95) ? 1 : 0;
};

const unitText = (unit: number, form: SizeForm): string => {
  const name = BYTE_UNITS[unit] ?? '';
  return form === 'tight' ? name.charAt(0) : ` ${name}`;
};

const oneSize = (bytes: number, form: SizeForm): string => {
  const { value, unit } = scaleBytes(bytes);
  return `${value.toFixed(decimalsOf(value, unit, form))}${unitText(unit, form)}`;
};

/**
 * A body's size, and its size on the wire where that is another one: `45.2→15.8 KB`, `3.5 MB→880 KB`.
 * Steps of 1024.
 */
export const formatSizes = (bodyBytes: number, wireBytes: number, form: SizeForm): string => {
  if (bodyBytes === wireBytes) return oneSize(bodyBytes, form);
  const body = scaleBytes(bodyBytes);
  const wire = scaleBytes(wireBytes);
  if (body.unit !== wire.unit) return `${oneSize(bodyBytes, form)}→${oneSize(wireBytes, form)}`;
  // Both with as many decimals as the larger one: 45→9, not 45→9.2.
  const decimals = decimalsOf(Math.max(body.value, wire.value), body.unit, form);
  return `${body.value.toFixed(decimals)}→${wire.value.toFixed(decimals)}${unitText(body.unit, form)}`;
};
