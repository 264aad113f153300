import { lazy, Suspense } from "react";
import { Skeleton } from "./Skeleton";

export interface DayFieldProps {
  /** "2026-03-03", or "" for none. */
  value: string;
  onChange: (day: string) => void;
  id?: string;
  disabled?: boolean;
  "aria-label"?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

const DayPicker = lazy(() => import("./antd/DayPicker"));

/** A day, in the language of the page: the browser's own field follows the browser's language instead. */
export function DayField(props: DayFieldProps) {
  return (
    <Suspense fallback={<Skeleton height={32} width={160} />}>
      <DayPicker {...props} />
    </Suspense>
  );
}
