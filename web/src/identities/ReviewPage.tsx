import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useMay } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { Segmented } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { nothingSelected, type Selection } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { PairCard } from "./PairCard";
import { PairList, pairKey } from "./PairList";
import { pairCountQuery, pairsQuery, resolutionQuery } from "./queries";
import type { Asked, Pair, QueueKind, QueueState, Word } from "./types";
import { useAnswers } from "./useAnswers";
import "./identities.css";

const WORDS: Word[] = ["same", "different", "later"];
const KEYS: Record<string, Word> = { s: "same", d: "different", l: "later" };
/** The most that is answered in one act. */
const PAGE = 50;

/** Pairs that may be one customer, for a person to answer: one by one, or many at once from a list. */
export default function ReviewPage() {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const [address] = useSearchParams();
  const asked = askedOf(address);
  const count = useQuery(pairCountQuery(asked));
  const list = useInfiniteQuery(pairsQuery(asked));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const { count: waiting = 0, exact = true } = count.data ?? {};
  const key = asked.state === "later" ? (exact ? "queue.later" : "queue.laterMore") : exact ? "queue.answer" : "queue.answerMore";
  return (
    <AnswerPage
      title={t("queue.title")}
      loading={count.isPending || list.isPending}
      error={count.error ?? list.error}
      onRetry={() => void Promise.all([count.refetch(), list.refetch()])}
      answer={waiting === 0 ? t("queue.empty.title") : <Trans ns="identities" i18nKey={key} count={waiting} values={{ formatted: format.number(waiting) }} components={{ b: <b /> }} />}
      note={t("queue.note")}
      actions={
        <ButtonLink icon="merge" to="/identities">
          {t("queue.toResolution")}
        </ButtonLink>
      }
    >
      <Queue key={JSON.stringify(asked)} asked={asked} rows={rows} waiting={waiting} hasMore={list.hasNextPage} loadingMore={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </AnswerPage>
  );
}

function askedOf(address: URLSearchParams): Asked {
  const kind = address.get("kind");
  return {
    state: address.get("state") === "later" ? "later" : "waiting",
    kind: kind === "person" || kind === "organisation" ? kind : "",
    source: address.get("source") ?? "",
  };
}

interface QueueProps {
  asked: Asked;
  rows: Pair[];
  waiting: number;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
}

function Queue({ asked, rows, waiting, hasMore, loadingMore, onMore }: QueueProps) {
  const { t } = useTranslation("identities");
  const mayAnswer = useMay("customer");
  const [address, setAddress] = useSearchParams();
  const [at, setAt] = useState(0);
  const [selection, setSelection] = useState<Selection>(nothingSelected);
  const answers = useAnswers(asked);
  const listed = address.get("view") === "list";
  const place = Math.min(at, Math.max(0, rows.length - 1));
  const chosen = selection.kind === "all" ? rows : rows.filter((pair) => selection.keys.has(pairKey(pair)));
  const change = (name: string, value: string) => {
    const next = new URLSearchParams(address);
    if (value) next.set(name, value);
    else next.delete(name);
    setAddress(next, { replace: true });
  };
  const move = (step: number) => {
    setAt(Math.max(0, Math.min(rows.length - 1, place + step)));
    if (hasMore && !loadingMore && place + step >= rows.length - 3) onMore();
  };
  const say = (pairs: Pair[], word: Word) => {
    if (!mayAnswer || answers.busy || pairs.length === 0) return;
    answers.decide(pairs.slice(0, PAGE).map((pair) => pair.id), word);
    setSelection(nothingSelected);
    if (hasMore && !loadingMore && rows.length - pairs.length < 5) onMore();
  };
  useKeys({ on: !listed, onMove: move, onSay: (word) => say(rows.slice(place, place + 1), word), onUndo: answers.undo });
  return (
    <>
      <div className="row row--apart">
        <Filters asked={asked} listed={listed} onChange={change} />
        <Said answers={answers} />
      </div>
      {answers.error && <ProblemView error={answers.error} />}
      {rows.length === 0 ? (
        <EmptyState icon="check" title={t("queue.empty.title")}>
          {t(asked.kind || asked.source || asked.state === "later" ? "queue.empty.filtered" : "queue.empty.text")}
        </EmptyState>
      ) : listed ? (
        <section className="panel" aria-label={t("queue.title")}>
          {mayAnswer && chosen.length > 0 && (
            <div className="table-tools">
              <span role="status">{t("queue.chosen", { count: Math.min(PAGE, chosen.length), formatted: String(Math.min(PAGE, chosen.length)) })}</span>
              <AnswerButtons disabled={answers.busy} onSay={(word) => say(chosen, word)} />
            </div>
          )}
          <PairList
            pairs={rows}
            name={t("queue.title")}
            selection={mayAnswer ? selection : undefined}
            onSelection={setSelection}
            onOpen={(pair) => {
              setAt(rows.indexOf(pair));
              change("view", "");
            }}
            hasMore={hasMore}
            loadingMore={loadingMore}
            onMore={onMore}
          />
        </section>
      ) : (
        <One pair={rows[place]!} place={place} of={Math.max(waiting, rows.length)} last={place >= rows.length - 1} mayAnswer={mayAnswer} busy={answers.busy} onMove={move} onSay={(word) => say([rows[place]!], word)} />
      )}
    </>
  );
}

function One({ pair, place, of, last, mayAnswer, busy, onMove, onSay }: { pair: Pair; place: number; of: number; last: boolean; mayAnswer: boolean; busy: boolean; onMove: (step: number) => void; onSay: (word: Word) => void }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  return (
    <>
      <div className="pair-bar">
        {mayAnswer ? <AnswerButtons disabled={busy} onSay={onSay} /> : <span className="soft">{t("queue.mayNot")}</span>}
        <span className="row">
          <span className="soft small">{t("queue.at", { at: format.number(place + 1), of: format.number(of) })}</span>
          <Button icon="up" aria-label={t("queue.back")} title={t("queue.back")} disabled={place === 0} onClick={() => onMove(-1)} />
          <Button icon="down" aria-label={t("queue.next")} title={t("queue.next")} disabled={last} onClick={() => onMove(1)} />
        </span>
      </div>
      <PairCard key={pair.id} pair={pair} />
      <p className="small faint pair-keys">{t("queue.keys")}</p>
    </>
  );
}

function AnswerButtons({ disabled, onSay }: { disabled: boolean; onSay: (word: Word) => void }) {
  const { t } = useTranslation("identities");
  return (
    <span className="row">
      {WORDS.map((word) => (
        <Button key={word} kind={word === "same" ? "primary" : "line"} icon={({ same: "merge", different: "part", later: "history" } as const)[word]} disabled={disabled} onClick={() => onSay(word)}>
          {t(`queue.${word}`)}
        </Button>
      ))}
    </span>
  );
}

/** What was answered last, with its way back. */
function Said({ answers }: { answers: ReturnType<typeof useAnswers> }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const { last } = answers;
  return (
    <div className="pair-said" role="status">
      {last === "undone" && t("queue.undone")}
      {last && last !== "undone" && (
        <>
          <span>{t(`queue.done.${last.word}`, { count: last.count, formatted: format.number(last.count) })}</span>
          <Button kind="text" icon="undo" disabled={answers.busy} onClick={answers.undo}>
            {t("queue.undo")}
          </Button>
        </>
      )}
    </div>
  );
}

function Filters({ asked, listed, onChange }: { asked: Asked; listed: boolean; onChange: (name: string, value: string) => void }) {
  const { t } = useTranslation("identities");
  const { data } = useQuery(resolutionQuery);
  const sources = data?.sources ?? [];
  return (
    <div className="row pair-filters">
      <Segmented<QueueState> label={t("queue.state")} value={asked.state} onChange={(value) => onChange("state", value === "later" ? value : "")} options={(["waiting", "later"] as const).map((value) => ({ value, label: t(`queue.states.${value}`) }))} />
      <select className="select" aria-label={t("queue.kind")} value={asked.kind} onChange={(event) => onChange("kind", event.target.value as QueueKind)}>
        {(["all", "person", "organisation"] as const).map((kind) => (
          <option key={kind} value={kind === "all" ? "" : kind}>
            {t(`queue.kinds.${kind}`)}
          </option>
        ))}
      </select>
      {(sources.length > 1 || asked.source) && (
        <select className="select" aria-label={t("queue.source")} value={asked.source} onChange={(event) => onChange("source", event.target.value)}>
          <option value="">{t("queue.anySource")}</option>
          {[...new Set([...sources, ...(asked.source ? [asked.source] : [])])].map((source) => (
            <option key={source}>{source}</option>
          ))}
        </select>
      )}
      <Segmented label={t("queue.view")} value={listed ? "list" : "one"} onChange={(value) => onChange("view", value === "list" ? value : "")} options={(["one", "list"] as const).map((value) => ({ value, label: t(`queue.views.${value}`) }))} />
    </div>
  );
}

/** Letters answer and move wherever the focus is, but never while something is typed or chosen, or a dialog is open. */
function useKeys({ on, onMove, onSay, onUndo }: { on: boolean; onMove: (step: number) => void; onSay: (word: Word) => void; onUndo: () => void }) {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog, [role=dialog], [contenteditable]");
    if (!on || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") onMove(key === "j" ? 1 : -1);
    else if (key === "u") onUndo();
    else if (KEYS[key]) onSay(KEYS[key]);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
