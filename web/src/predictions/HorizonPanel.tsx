import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";

/** How far ahead to look. A length is offered once a whole window of it could be tested. */
export function HorizonPanel() {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const mayChoose = useMay("company");
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ["predictions", "horizons"], queryFn: ({ signal }) => answer(client.GET("/predictions/horizons", { signal })), retry: false });
  const choose = useMutation({
    mutationFn: (days: number) => answer(client.PUT("/predictions/horizon", { body: { days } })),
    onSuccess: (next) => queries.setQueryData(["predictions", "horizons"], next),
  });
  if (!query.data) return null;
  return (
    <Panel title={t("horizons.title")}>
      <fieldset className="plain-fieldset stack stack--tight">
        <legend className="soft">{t("horizons.hint")}</legend>
        {query.data.items.map((item) => (
          <label className="row" key={item.days}>
            <input type="radio" name="horizon" checked={item.is_chosen} disabled={!mayChoose || !item.is_offered || choose.isPending} onChange={() => choose.mutate(item.days)} />
            {t("horizons.days", { count: item.days, formatted: format.number(item.days) })}
            {!item.is_offered && <span className="soft">{t("horizons.missing", { count: item.missing_days, formatted: format.number(item.missing_days) })}</span>}
          </label>
        ))}
      </fieldset>
      {choose.isSuccess && <p role="status">{t("horizons.next")}</p>}
      {choose.error && <ProblemView error={choose.error} />}
    </Panel>
  );
}
