import type { Legend } from "./context";
import "./charts.css";

/** Outside the canvas: it wraps on a phone, and a part too thin to be hit is opened by its name. */
export function LegendList({ legend, name, onSelect }: { legend: Legend; name: string; onSelect?: (key: string) => void }) {
  return (
    <div className="chart__legend">
      {legend.head && <p>{legend.head}</p>}
      <ul aria-label={name}>
        {legend.items.map((item, index) => (
          <li key={item.key ?? `item ${index}`}>
            <span className={`chart__mark chart__mark--${item.mark}`} style={{ background: item.colour }} aria-hidden />
            {onSelect && item.key !== undefined ? (
              <button type="button" className="text-button" onClick={() => onSelect(item.key!)}>
                {item.name}
              </button>
            ) : (
              item.name
            )}
            {item.figures && <span className="soft">{item.figures}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
