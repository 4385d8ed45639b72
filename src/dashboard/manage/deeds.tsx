import { texts } from '../texts.ts';

type Deed = readonly [label: string, onClick: () => void];

export interface DeedsProps {
  /** What they are done to, for those who hear them one by one. */
  readonly name: string;
  readonly deeds: readonly Deed[];
  /** Where it is defined, if that is not here: then nothing can be done here. */
  readonly elsewhere?: string | undefined;
}

/** What may be done to one thing of a list. */
export const Deeds = ({ name, deeds, elsewhere }: DeedsProps) =>
  elsewhere === undefined ? (
    deeds.map(([label, onClick], place) => (
      <button
        key={label}
        type="button"
        class="link"
        data-nav-row={place === 0 || undefined}
        onClick={onClick}
      >
        {label}
        <span class="hidden-text"> {name}</span>
      </button>
    ))
  ) : (
    <span class="dim" title={texts.budgets.notHere}>
      {elsewhere}
    </span>
  );
