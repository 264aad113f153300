import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

/** Says what the place is for and offers the next step. */
export function EmptyState({ icon, title, children, action }: { icon?: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      {icon && (
        <span className="empty__art">
          <Icon name={icon} size={36} />
        </span>
      )}
      <h2 className="empty__title">{title}</h2>
      {children && <p className="soft">{children}</p>}
      {action && <div className="row">{action}</div>}
    </div>
  );
}
