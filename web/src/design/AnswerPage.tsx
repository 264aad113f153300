import { useEffect, type ReactNode } from "react";
import { ProblemView } from "./ProblemView";
import { Skeleton } from "./Skeleton";

export interface AnswerPageProps {
  /** The name of the page: in the tab, and small above the answer. */
  title: string;
  /** One sentence with its number in <b>. */
  answer?: ReactNode;
  /** What the sentence rests on: the day, the share that is not counted. */
  note?: ReactNode;
  actions?: ReactNode;
  /** The picture, then the table. */
  children?: ReactNode;
  loading?: boolean;
  error?: unknown;
  onRetry?: () => void;
  /** Stands in the place of everything below the title when there is nothing yet. */
  empty?: ReactNode;
  /** What the page looks like while it loads; a picture and a table unless told. */
  skeleton?: ReactNode;
}

/** The grammar of every page: its answer first, then the picture, then the table. */
export function AnswerPage({ title, answer, note, actions, children, loading, error, onRetry, empty, skeleton }: AnswerPageProps) {
  useEffect(() => {
    document.title = `${title} · 知己 Zhiji`;
  }, [title]);
  const failed = error !== undefined && error !== null;
  return (
    <article className="answer-page" aria-busy={loading || undefined}>
      <header className="answer-page__head">
        <div>
          <h1 className="answer-page__title">{title}</h1>
          {!failed && !empty && (loading ? <Skeleton width="min(100%, 520px)" height={32} /> : answer && <p className="answer">{answer}</p>)}
          {!failed && !empty && !loading && note && <p className="answer__note">{note}</p>}
        </div>
        {actions && !failed && <div className="answer-page__actions">{actions}</div>}
      </header>
      {failed ? <ProblemView error={error} onRetry={onRetry} /> : loading ? (skeleton ?? <PageSkeleton />) : (empty || children)}
    </article>
  );
}

function PageSkeleton() {
  return (
    <>
      <Skeleton height={260} />
      <Skeleton height={360} />
    </>
  );
}
