import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

interface MenuProps {
  icon: IconName;
  label: string;
  /** Shows the label beside the icon. */
  wide?: boolean;
  children: ComponentChildren;
}

/** A button that unfolds a few links; a click elsewhere or Escape folds it. */
export const Menu = ({ icon, label, wide, children }: MenuProps) => {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const fold = (event: Event) => {
      const menu = details.current;
      if (!menu?.open) return;
      if (event instanceof KeyboardEvent ? event.key !== 'Escape' : menu.contains(event.target as Node))
        return;
      if (event instanceof KeyboardEvent) {
        event.stopPropagation();
        // What had the focus is folded away.
        if (menu.contains(document.activeElement)) menu.querySelector('summary')?.focus();
      }
      menu.open = false;
    };
    addEventListener('pointerdown', fold);
    addEventListener('keydown', fold, true);
    return () => {
      removeEventListener('pointerdown', fold);
      removeEventListener('keydown', fold, true);
    };
  }, []);
  const close = () => {
    if (details.current) details.current.open = false;
  };
  return (
    <details class="menu" ref={details}>
      <summary class={`button quiet ${wide ? '' : 'square'}`} title={label} aria-label={label}>
        <Icon name={icon} />
        {wide && <span>{label}</span>}
      </summary>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the links inside are what is operated */}
      <div class="menu-list" onClick={close}>
        {children}
      </div>
    </details>
  );
};
