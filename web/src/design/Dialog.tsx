import { useEffect, useId, useRef, type ReactNode } from "react";

/** A native modal dialog: the browser keeps the focus inside and Escape closes it. */
export function Dialog({ open, title, onClose, children, className = "" }: { open: boolean; title: string; onClose: () => void; children: ReactNode; className?: string }) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (open && dialog && !dialog.open) dialog.showModal();
    if (!open && dialog?.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={element}
      className={`dialog ${className}`}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      {open && (
        <div className="dialog__body">
          <h2 className="dialog__title" id={id}>
            {title}
          </h2>
          {children}
        </div>
      )}
    </dialog>
  );
}
