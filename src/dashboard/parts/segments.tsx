import { addressWith } from '../state/route.ts';

interface SegmentsProps {
  /** Its name in the address. */
  name: string;
  label: string;
  chosen: string;
  options: ReadonlyArray<readonly [value: string, label: string]>;
}

/** One of a few choices, each of which is a link. */
export const Segments = ({ name, label, chosen, options }: SegmentsProps) => (
  <div class="segments" role="group" aria-label={label}>
    {options.map(([value, text]) => (
      <a
        key={value}
        href={addressWith({ [name]: value })}
        aria-current={value === chosen ? 'true' : undefined}
      >
        {text}
      </a>
    ))}
  </div>
);
