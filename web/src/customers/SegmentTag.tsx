import { segmentVariable } from "../charts/colours";
import { useSegmentName } from "../segments/names";

export function SegmentTag({ segment }: { segment: string | null | undefined }) {
  const nameOf = useSegmentName();
  if (!segment) return <span className="faint">–</span>;
  return (
    <span className="tag">
      <span className="swatch" style={{ background: segmentVariable(segment) }} />
      {nameOf(segment)}
    </span>
  );
}
