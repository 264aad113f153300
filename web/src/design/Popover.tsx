import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Button } from "./Button";
import type { IconName } from "./Icon";

export interface PopoverProps {
  label: ReactNode;
  /** For buttons that show an icon alone. */
  name?: string;
  icon?: IconName;
  kind?: "line" | "text" | "primary";
  className?: string;
  align?: "start" | "end";
  above?: boolean;
  /** On a phone it stands at the lower edge of the window, above the bar: for what is too tall beside its button. */
  sheet?: boolean;
  children: (close: () => void) => ReactNode;
  /** "menu" moves between its buttons with the arrow keys. */
  role?: "menu" | "dialog";
}

/** A button that opens a small panel beside it. Escape and a click elsewhere close it; the focus returns to the button. */
export function Popover({ label, name, icon, kind = "line", className, align = "start", above, sheet, children, role = "dialog" }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const holder = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = () => {
    setOpen(false);
    holder.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const panel = holder.current?.querySelector<HTMLElement>("[data-popover]");
    panel?.querySelector<HTMLElement>(":is(button,a,input,select)")?.focus({ preventScroll: true });
    // The whole of it, so that what ends it is seen too. Missing where nothing is laid out.
    panel?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    const outside = (event: Event) => {
      if (!holder.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && open) {
      event.stopPropagation();
      close();
    }
    if (role === "menu" && open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const entries = [...(holder.current?.querySelectorAll<HTMLElement>("[data-popover] :is(button,a)") ?? [])];
      const at = entries.indexOf(document.activeElement as HTMLElement);
      entries[(at + (event.key === "ArrowDown" ? 1 : -1) + entries.length) % entries.length]?.focus();
    }
  };
  return (
    <div className={`popover ${className ?? ""}`} ref={holder} onKeyDown={onKeyDown}>
      <Button kind={kind} icon={icon} aria-haspopup={role} aria-expanded={open} aria-controls={open ? id : undefined} aria-label={name} title={name} onClick={() => setOpen(!open)}>
        {label}
      </Button>
      {open && (
        <div id={id} data-popover className={`popover__panel popover__panel--${align} ${above ? "popover__panel--above" : ""} ${sheet ? "popover__panel--sheet" : ""}`} role={role} aria-label={name ?? (typeof label === "string" ? label : undefined)}>
          {children(close)}
        </div>
      )}
    </div>
  );
}

export interface MenuEntry {
  key: string;
  label: ReactNode;
  icon?: IconName;
  chosen?: boolean;
  onChoose: () => void;
}

export function Menu({ entries, ...rest }: Omit<PopoverProps, "children" | "role"> & { entries: MenuEntry[] }) {
  const choice = entries.some((entry) => entry.chosen !== undefined);
  return (
    <Popover {...rest} role="menu">
      {(close) =>
        entries.map((entry) => (
          <Button
            key={entry.key}
            kind="text"
            className="menu-entry"
            role={choice ? "menuitemradio" : "menuitem"}
            aria-checked={choice ? Boolean(entry.chosen) : undefined}
            icon={choice ? (entry.chosen ? "check" : undefined) : entry.icon}
            onClick={() => {
              close();
              entry.onChoose();
            }}
          >
            {entry.label}
          </Button>
        ))
      }
    </Popover>
  );
}
