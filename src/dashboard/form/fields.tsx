import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  label: string;
  /** What may be entered, and what it means. */
  hint?: string;
  /** What the gateway says is wrong with it. */
  problem?: string | undefined;
}

interface FrameProps extends FieldProps {
  id: string;
  children: ComponentChildren;
}

const Frame = ({ id, label, hint, problem, children }: FrameProps) => (
  <div class="form-field">
    <label for={id}>{label}</label>
    {children}
    <p id={`${id}-hint`} class={problem ? 'field-problem' : 'dim'} role={problem ? 'alert' : undefined}>
      {problem ?? hint}
    </p>
  </div>
);

interface TextFieldProps extends FieldProps {
  value: string;
  onInput: (value: string) => void;
  placeholder?: string;
  required?: boolean;
  numeric?: boolean;
  /** Values to choose from; others may be entered. */
  options?: readonly string[];
}

export const TextField = ({
  value,
  onInput,
  placeholder,
  required,
  numeric,
  options,
  ...field
}: TextFieldProps) => {
  const id = useId();
  return (
    <Frame id={id} {...field}>
      <input
        id={id}
        class="field"
        value={value}
        placeholder={placeholder}
        required={required}
        spellcheck={false}
        autocomplete="off"
        inputMode={numeric ? 'decimal' : undefined}
        list={options ? `${id}-options` : undefined}
        aria-describedby={`${id}-hint`}
        aria-invalid={field.problem !== undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {options && (
        <datalist id={`${id}-options`}>
          {options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
    </Frame>
  );
};

interface ChoiceFieldProps<Value extends string> extends FieldProps {
  value: Value;
  onChange: (value: Value) => void;
  options: ReadonlyArray<readonly [value: Value, label: string]>;
}

export const ChoiceField = <Value extends string>({
  value,
  onChange,
  options,
  ...field
}: ChoiceFieldProps<Value>) => {
  const id = useId();
  return (
    <Frame id={id} {...field}>
      <select
        id={id}
        class="field select"
        value={value}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.currentTarget.value as Value)}
      >
        {options.map(([option, label]) => (
          <option key={option} value={option}>
            {label}
          </option>
        ))}
      </select>
    </Frame>
  );
};

interface SwitchFieldProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export const SwitchField = ({ label, checked, onChange }: SwitchFieldProps) => (
  <label class="form-switch">
    <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
    {label}
  </label>
);
