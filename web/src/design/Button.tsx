import type { ButtonHTMLAttributes } from "react";
import { Link, type LinkProps } from "react-router";
import { Icon, type IconName } from "./Icon";

interface Looks {
  kind?: "primary" | "line" | "text" | "danger";
  icon?: IconName;
}

export function Button({ kind = "line", icon, children, className = "", type = "button", ...rest }: Looks & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type={type} className={`button button--${kind} ${children ? "" : "button--bare"} ${className}`} {...rest}>
      {icon && <Icon name={icon} size={16} />}
      {children}
    </button>
  );
}

export function ButtonLink({ kind = "line", icon, children, ...rest }: Looks & LinkProps) {
  return (
    <Link className={`button button--${kind}`} {...rest}>
      {icon && <Icon name={icon} size={16} />}
      {children}
    </Link>
  );
}
