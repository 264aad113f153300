import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { answersOf, changes, type Meanings } from "./meanings";
import { spelled, useKinds } from "./queries";
import type { ImportDetail, UnknownValues } from "./types";

type FieldName = "order_state";
type Meaning = "completed";
type Left = "order_state";

/** Words of the file that nobody knows here, with what each may mean. Left alone, they are read as the hint says. */
export function ValuesStep({ data, onNext, onClose }: { data: ImportDetail; onNext: (next: ImportDetail) => void; onClose?: () => void }) {
  const { t } = useTranslation("imports");
  const [chosen, setChosen] = useState<Meanings>({});
  const fields = useKinds().data?.find((kind) => kind.name === data.kind)?.fields ?? [];
  const say = useMutation({
    mutationFn: () => answer(client.POST("/imports/{import_id}/values", { params: { path: { import_id: data.id } }, body: { values: answersOf(data.values, chosen) } })).then(spelled<ImportDetail>),
    onSuccess: (next) => {
      onNext(next);
      onClose?.();
    },
  });
  const choose = (field: string, word: string, meaning: string) => setChosen({ ...chosen, [field]: { ...chosen[field], [word]: meaning } });
  const again = changes(data.values, chosen);
  // A row in another currency than the books is held back, so only theirs is worth choosing.
  const meaningsOf = (field: string) => (field === "currency" ? [data.currency] : (fields.find((each) => each.name === field)?.meanings ?? []));
  return (
    <div className="stack">
      {data.values.map((values) => (
        <FieldValues key={values.field} values={values} meanings={meaningsOf(values.field)} chosen={chosen[values.field] ?? {}} disabled={say.isPending} onChoose={(word, meaning) => choose(values.field, word, meaning)} />
      ))}
      {say.error && <ProblemView error={say.error} />}
      <div className="row">
        <Button kind="primary" disabled={say.isPending} onClick={() => say.mutate()}>
          {t(again ? "values.again" : "values.leave")}
        </Button>
        {onClose && (
          <Button disabled={say.isPending} onClick={onClose}>
            {t("values.close")}
          </Button>
        )}
        <span className="soft">{t("checkHint")}</span>
      </div>
    </div>
  );
}

interface FieldValuesProps {
  values: UnknownValues;
  meanings: string[];
  chosen: Record<string, string>;
  disabled: boolean;
  onChoose: (word: string, meaning: string) => void;
}

function FieldValues({ values, meanings, chosen, disabled, onChoose }: FieldValuesProps) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const title = t("values.title", { column: values.column, field: t(`field.${values.field as FieldName}`) });
  const nameOf = (meaning: string) => (values.field === "currency" ? meaning : t(`meaning.${meaning as Meaning}`));
  return (
    <Panel title={title} flush>
      <p className="panel__body soft">{t(`values.left.${values.field as Left}`)}</p>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="table values" aria-label={title}>
          <thead>
            <tr>
              <th scope="col">{t("values.word")}</th>
              <th scope="col" className="number">
                {t("values.rows")}
              </th>
              <th scope="col">{t("values.meaning")}</th>
            </tr>
          </thead>
          <tbody>
            {values.words.map(({ word, count, meaning }) => (
              <tr key={word}>
                <th scope="row">{word}</th>
                <td className="number">{format.number(count)}</td>
                <td>
                  <select className="select" aria-label={t("values.meaningOf", { word })} disabled={disabled} value={chosen[word] ?? meaning ?? ""} onChange={(event) => onChoose(word, event.target.value)}>
                    <option value="">{t("values.asIs")}</option>
                    {meanings.map((each) => (
                      <option key={each} value={each}>
                        {nameOf(each)}
                      </option>
                    ))}
                  </select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {values.more > 0 && <p className="panel__body soft">{t("values.more", { count: values.more, formatted: format.number(values.more) })}</p>}
    </Panel>
  );
}
