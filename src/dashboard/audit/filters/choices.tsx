import type { ComponentChildren } from 'preact';
import type { AuditLogQuery } from '../../../admin/api-types/queries.ts';
import { choose } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const LAST_HOUR = 'after:1h';

type Options = ReadonlyArray<readonly [value: string, label: string]>;

interface SelectProps {
  label: string;
  value: string;
  options: Options;
  onChoose: (value: string) => void;
  children?: ComponentChildren;
}

/** One filter with few values. Its first option is its name: nothing chosen. */
const Select = ({ label, value, options, onChoose, children }: SelectProps) => (
  <select
    class={`field select ${value ? 'chosen' : ''}`}
    aria-label={label}
    value={value}
    onChange={(event) => onChoose(event.currentTarget.value)}
  >
    <option value="">{label}</option>
    {children}
    {options.map(([option, text]) => (
      <option key={option} value={option}>
        {text}
      </option>
    ))}
  </select>
);

/** What is chosen, though it is not among what is offered. */
const Unlisted = ({ value, options, text = value }: { value: string; options: Options; text?: string }) =>
  value && !options.some(([option]) => option === value) ? <option value={value}>{text}</option> : null;

interface ChoiceProps {
  label: string;
  /** Of the filter. */
  name: string;
  value: string | undefined;
  options: readonly string[];
}

/** A filter by one of the values that the log has. */
export const Choice = ({ label, name, value = '', options }: ChoiceProps) => {
  const offered = options.map((option) => [option, option] as const);
  return (
    <Select label={label} value={value} options={offered} onChoose={(chosen) => choose({ [name]: chosen })}>
      <Unlisted value={value} options={offered} />
    </Select>
  );
};

/** Status and error share a choice: what one looks for is "failed", "429" or "whose fault". */
const readOutcome = ({ status_code: status, error_type: error }: AuditLogQuery): string =>
  status ? `status:${status}` : error ? `error:${error}` : '';

export const OutcomeChoice = ({ filter }: { filter: AuditLogQuery }) => {
  const chosen = readOutcome(filter);
  const { outcomes } = texts.filter;
  return (
    <Select
      label={texts.filter.outcome}
      value={chosen}
      options={outcomes}
      onChoose={(outcome) => {
        const [kind, value] = outcome.split(':');
        choose({
          status_code: kind === 'status' ? value : undefined,
          error_type: kind === 'error' ? value : undefined,
        });
      }}
    >
      <Unlisted value={chosen} options={outcomes} text={chosen.split(':')[1] ?? ''} />
    </Select>
  );
};

/** The last hour is a search, days are a filter of their own: one choice for both. */
export const TimeChoice = ({ filter }: { filter: AuditLogQuery }) => {
  const words = (filter.q ?? '').split(' ');
  const chosen = words.includes(LAST_HOUR) ? LAST_HOUR : (filter.days?.toString() ?? '');
  return (
    <Select
      label={texts.filter.time}
      value={chosen}
      options={texts.filter.times}
      onChoose={(value) => {
        const others = words.filter((word) => word !== LAST_HOUR);
        choose({
          days: value === LAST_HOUR ? undefined : value,
          q: [...others, ...(value === LAST_HOUR ? [LAST_HOUR] : [])].join(' ').trim(),
        });
      }}
    />
  );
};
