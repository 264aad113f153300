import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Panel } from "../design/Panel";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import { customersWith } from "../shell/links";
import type { SegmentsOverview } from "./types";

/** Groups that are there by nature, or bands that are merely practical; and why it is the one or the other. */
export function Groups({ data }: { data: SegmentsOverview }) {
  const { t } = useTranslation("segments");
  const format = useFormat();
  const title = t(`verdict.${data.verdict.kind}`);
  return (
    <Panel title={title} flush>
      <div className="panel__body stack stack--tight">
        {data.verdict.reasons.map((reason, index) => (
          <details key={index}>
            <summary>{format.spaced(reason.what)}</summary>
            <p className="soft">
              {format.spaced(reason.why)} {format.spaced(reason.remedy)}
            </p>
          </details>
        ))}
      </div>
      <DataTable
        name={title}
        rows={data.groups}
        keyOf={(row) => row.code}
        nameOf={(row) => row.name}
        columns={[
          {
            key: "name",
            title: t("fields.name"),
            main: true,
            render: (row) => (
              <span className="segment-words">
                <Link className="table-name" to={customersWith(row.filter)}>
                  {row.name}
                </Link>
                <span className="soft small block">{format.spaced(row.means)}</span>
              </span>
            ),
          },
          { key: "customers", title: t("fields.customers"), numeric: true, render: (row) => format.number(row.customers) },
          { key: "share", title: t("fields.share"), numeric: true, render: (row) => format.percent(row.spend_share, 1) },
          { key: "traits", title: t("fields.traits"), render: (row) => (
              <ul className="segment-words">
                {row.traits.map((trait) => (
                  <li key={trait.code}>{format.spaced(trait.what)}</li>
                ))}
              </ul>
            ) },
          { key: "advice", title: t("fields.advice"), render: (row) => <span className="segment-words">{format.spaced(row.advice)}</span> },
        ]}
      />
    </Panel>
  );
}
