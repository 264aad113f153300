import { useId, type ReactNode } from "react";

export function Panel({ title, actions, children, flush }: { title?: ReactNode; actions?: ReactNode; children: ReactNode; flush?: boolean }) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <div className="panel__head">
          {title && (
            <h2 className="panel__title" id={id}>
              {title}
            </h2>
          )}
          {actions && <div className="row">{actions}</div>}
        </div>
      )}
      {flush ? children : <div className="panel__body">{children}</div>}
    </section>
  );
}

export function Facts({ items }: { items: { label: string; value: ReactNode; note?: ReactNode }[] }) {
  return (
    <dl className="facts">
      {items.map(({ label, value, note }) => (
        <div className="fact" key={label}>
          <dt className="fact__label">{label}</dt>
          <dd className="fact__value">{value}</dd>
          {note && <dd className="fact__label">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
