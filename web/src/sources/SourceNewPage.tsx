import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { answer, client } from "../api/client";
import { AnswerPage } from "../design/AnswerPage";
import { Button } from "../design/Button";
import { Field, Segmented } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { systemsQuery } from "./queries";
import { DatabaseFields, freshDatabase, freshInterface, InterfaceFields, type Connecting } from "./ConnectionFields";
import type { Systems } from "./types";
import "./sources.css";

/** How a system is reached: filled in, tried, and kept only once it answers. */
export default function SourceNewPage() {
  const { t } = useTranslation("sources");
  const systems = useQuery(systemsQuery);
  return (
    <AnswerPage title={t("add")} answer={t("new.answer")} loading={systems.isPending} error={systems.error} onRetry={() => void systems.refetch()}>
      {systems.data && <ConnectionForm systems={systems.data} />}
    </AnswerPage>
  );
}

function ConnectionForm({ systems }: { systems: Systems }) {
  const { t } = useTranslation("sources");
  const go = useNavigate();
  const queries = useQueryClient();
  const [kind, setKind] = useState<"sql" | "rest">("sql");
  const [said, setSaid] = useState<Record<"sql" | "rest", Connecting>>({ sql: freshDatabase(), rest: freshInterface(systems.presets[0]) });
  const [name, setName] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const now = said[kind];
  const set = (next: Connecting) => setSaid({ ...said, [kind]: next });
  const short = code ?? name.normalize("NFKC").toLowerCase().replace(/[^a-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
  const about = { kind, settings: now.settings, secrets: now.secrets };
  const test = useMutation({ mutationFn: () => answer(client.POST("/sources/test", { body: about })) });
  const keep = useMutation({
    mutationFn: async () => {
      await answer(client.POST("/sources/test", { body: about }));
      return answer(client.POST("/sources", { body: { ...about, name, source: short } }));
    },
    onSuccess: async (source) => {
      await queries.invalidateQueries({ queryKey: ["sources"] });
      await go(`/sources/${source.id}/new`);
    },
  });
  const pending = test.isPending || keep.isPending;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        test.reset();
        keep.mutate();
      }}
    >
      <Panel title={t("new.system")}>
        <div className="stack">
          <Segmented
            label={t("new.system")}
            value={kind}
            options={[
              { value: "sql", label: t("kinds.sql") },
              { value: "rest", label: t("kinds.rest") },
            ]}
            onChange={setKind}
          />
          <div className="sources__form">{kind === "sql" ? <DatabaseFields systems={systems} value={now} onChange={set} /> : <InterfaceFields systems={systems} value={now} onChange={set} />}</div>
        </div>
      </Panel>
      <Panel title={t("new.naming")}>
        <div className="sources__form">
          <Field label={t("new.name")} hint={t("new.nameHint")}>
            <input className="input" required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t("new.code")} hint={t("new.codeHint")}>
            <input className="input" required maxLength={40} pattern="[-a-zA-Z0-9_]+" value={short} onChange={(event) => setCode(event.target.value)} />
          </Field>
        </div>
      </Panel>
      {(test.error ?? keep.error) && <ProblemView error={test.error ?? keep.error} />}
      {test.isSuccess && !keep.isPending && <p role="status">{kind === "sql" ? t("new.reachedTables", { count: test.data.items.length }) : t("new.reached")}</p>}
      <div className="row">
        <Button kind="primary" type="submit" disabled={pending}>
          {keep.isPending ? t("new.trying") : t("new.keep")}
        </Button>
        <Button
          disabled={pending}
          onClick={() => {
            keep.reset();
            test.mutate();
          }}
        >
          {test.isPending ? t("new.trying") : t("new.test")}
        </Button>
      </div>
    </form>
  );
}
