import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { answer, client } from "../api/client";
import { AnswerPage } from "../design/AnswerPage";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { Skeleton } from "../design/Skeleton";
import { Field } from "../design/Field";
import { DefinitionEditor } from "./DefinitionEditor";
import { foundIn, likelyCursor } from "./matching";
import { offersQuery, sourceQuery, streamQuery, systemsQuery } from "./queries";
import { StreamForm, type Agreed } from "./StreamForm";
import type { Offer, Preset, Preview, Settings, Source, StreamDetail } from "./types";
import "./sources.css";

/** Which table or list, what is in it, which column is which field: for a new stream, or for one that is there. */
export default function StreamSetupPage() {
  const { t } = useTranslation("sources");
  const { id, stream } = useParams();
  const source = useQuery(sourceQuery(Number(id)));
  const known = useQuery({ ...streamQuery(Number(stream)), enabled: stream !== undefined });
  const systems = useQuery(systemsQuery);
  const loading = source.isPending || systems.isPending || (stream !== undefined && known.isPending);
  const preset = systems.data?.presets.find(({ code }) => code === source.data?.settings.preset);
  return (
    <AnswerPage title={source.data?.name ?? t("title")} answer={known.data ? t("setup.change", { name: known.data.name }) : t("setup.answer")} loading={loading} error={source.error ?? known.error ?? systems.error}>
      {source.data && !loading && (known.data ? <Changed source={source.data} stream={known.data} /> : <Fresh source={source.data} preset={preset} />)}
    </AnswerPage>
  );
}

function usePreview(source: Source) {
  return useMutation({
    mutationFn: (asked: { definition: Settings; kind: string }) => answer(client.POST("/sources/{source_id}/preview", { params: { path: { source_id: source.id } }, body: asked })),
  });
}

function Fresh({ source, preset }: { source: Source; preset: Preset | undefined }) {
  const { t } = useTranslation("sources");
  const go = useNavigate();
  const queries = useQueryClient();
  const [offer, setOffer] = useState<Offer | null>(null);
  const preview = usePreview(source);
  const create = useMutation({
    mutationFn: ({ columns, ...agreed }: Agreed) => answer(client.POST("/sources/{source_id}/streams", { params: { path: { source_id: source.id } }, body: { ...agreed, columns: columns ?? {} } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["sources"] });
      await go(`/sources/${source.id}`);
    },
  });
  const ready = preset?.endpoints.find(({ name }) => name === offer?.name);
  const look = (chosen: Offer, kind = preset?.endpoints.find(({ name }) => name === chosen.name)?.kind ?? "auto") => {
    setOffer(chosen);
    preview.mutate({ definition: chosen.definition, kind });
  };
  return (
    <>
      <Panel title={source.kind === "sql" ? t("setup.table") : t("setup.list")}>
        <Offers source={source} chosen={offer} onChoose={look} />
      </Panel>
      {preview.isPending && <Skeleton height={280} />}
      {preview.error && <ProblemView error={preview.error} onRetry={() => offer && look(offer)} />}
      {preview.data && offer && !preview.isPending && (
        <StreamForm
          key={`${offer.name} ${preview.data.kind} ${preview.submittedAt}`}
          source={source}
          preview={preview.data}
          first={{
            name: offer.name,
            kind: preview.data.kind,
            definition: source.kind === "sql" ? { ...offer.definition, cursor: likelyCursor(preview.data) } : offer.definition,
            mapping: presentOf(ready?.kind === preview.data.kind ? ready.mapping : foundIn(preview.data), preview.data),
            every_minutes: 15,
            changed: "replace",
          }}
          busy={create.isPending}
          error={create.error}
          label={t("setup.begin")}
          hint={t("setup.beginHint")}
          onKind={(kind) => look(offer, kind)}
          onDone={(agreed) => create.mutate(agreed)}
        />
      )}
    </>
  );
}

/** Of a ready mapping, what the sample bears out. */
function presentOf(mapping: Record<string, string>, preview: Preview): Record<string, string> {
  const there = new Set(preview.columns.map(({ name }) => name));
  return Object.fromEntries(Object.entries(mapping).filter(([, column]) => there.has(column)));
}

/** Fields whose column is no longer there. */
function lostIn(mapping: Record<string, string>, preview: Preview): string[] {
  const there = new Set(preview.columns.map(({ name }) => name));
  return Object.entries(mapping).filter(([, column]) => column && !there.has(column)).map(([field]) => field);
}

function Offers({ source, chosen, onChoose }: { source: Source; chosen: Offer | null; onChoose: (offer: Offer) => void }) {
  const { t } = useTranslation("sources");
  const offers = useQuery(offersQuery(source.id));
  if (offers.isPending) return <Skeleton height={40} />;
  if (offers.error) return <ProblemView error={offers.error} onRetry={() => void offers.refetch()} />;
  const keyOf = (offer: Offer) => JSON.stringify(offer.definition);
  const shown = (offer: Offer) => [offer.definition.table_schema, offer.name].filter(Boolean).join(".") + (offer.is_view ? ` (${t("setup.view")})` : "");
  if (source.kind === "rest" && offers.data.items.length === 0) return <DefinitionEditor onDone={onChoose} />;
  return (
    <Field label={source.kind === "sql" ? t("setup.chooseTable", { count: offers.data.items.length }) : t("setup.chooseList")}>
      <select
        className="select"
        value={chosen ? keyOf(chosen) : ""}
        onChange={(event) => {
          const offer = offers.data.items.find((one) => keyOf(one) === event.target.value);
          if (offer) onChoose(offer);
        }}
      >
        <option value="" disabled>
          {t("setup.choose")}
        </option>
        {offers.data.items.map((offer) => (
          <option key={keyOf(offer)} value={keyOf(offer)}>
            {shown(offer)}
          </option>
        ))}
      </select>
    </Field>
  );
}

function Changed({ source, stream }: { source: Source; stream: StreamDetail }) {
  const { t } = useTranslation("sources");
  const go = useNavigate();
  const queries = useQueryClient();
  const isStopped = stream.state === "stopped";
  const preview = useQuery({
    queryKey: ["sources", "preview", stream.id],
    retry: false,
    gcTime: 0,
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => answer(client.POST("/sources/{source_id}/preview", { params: { path: { source_id: source.id } }, body: { definition: stream.definition, kind: stream.kind }, signal })),
  });
  const update = useMutation({
    mutationFn: async ({ name, definition, mapping, columns, every_minutes, changed }: Agreed) => {
      const path = { params: { path: { stream_id: stream.id } } };
      await answer(client.PATCH("/sources/streams/{stream_id}", { ...path, body: { name, definition, mapping, columns, every_minutes, changed } }));
      if (isStopped) await answer(client.POST("/sources/streams/{stream_id}/resume", path));
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["sources"] });
      await go(`/sources/${source.id}`);
    },
  });
  if (preview.isPending) return <Skeleton height={280} />;
  if (preview.error) return <ProblemView error={preview.error} onRetry={() => void preview.refetch()} />;
  return (
    <>
      {stream.reason && <ProblemView body={{ ...stream.reason, where: undefined }} />}
      <StreamForm
        source={source}
        preview={preview.data}
        first={{ name: stream.name, kind: stream.kind, definition: stream.definition, mapping: presentOf(stream.mapping, preview.data), every_minutes: stream.every_minutes, changed: stream.changed }}
        busy={update.isPending}
        error={update.error}
        label={t(isStopped ? "setup.saveResume" : "setup.save")}
        hint={t(isStopped ? "setup.saveResumeHint" : "setup.saveHint")}
        lost={lostIn(stream.mapping, preview.data)}
        onKeep={() => void go(`/sources/${source.id}`)}
        onDone={(agreed) => update.mutate(agreed)}
      />
    </>
  );
}
