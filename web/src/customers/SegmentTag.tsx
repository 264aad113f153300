import { segmentVariable } from "../charts/colours";
import { useSegmentName } from "../segments/names";
import type { SegmentRef } from "./types";

export function SegmentTag({ segment }: { segment: SegmentRef | null }) {
  const nameOf = useSegmentName();
  if (!segment) return <span className="faint">–</span>;
  return (
    <span className="tag">
      <span className="swatch" style={{ background: segmentVariable(segment.code) }} />
      {segment.name ?? nameOf(segment.code)}
    </span>
  );
}
