import { lazy, Suspense } from "react";
import { Skeleton } from "./Skeleton";

export interface SearchSelectProps {
  value: string;
  /** A text alone is both the value and what is read and searched. */
  options: (string | { value: string; label: string })[];
  onChange: (value: string) => void;
  id?: string;
  disabled?: boolean;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

const SearchPicker = lazy(() => import("./antd/SearchPicker"));

/** One of hundreds, found by typing. */
export function SearchSelect(props: SearchSelectProps) {
  return (
    <Suspense fallback={<Skeleton height={32} width={320} />}>
      <SearchPicker {...props} />
    </Suspense>
  );
}
