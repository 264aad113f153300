import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { arriveAt } from "../entry/moving";

type Name = "main" | "sample";

/** The company's own data and the sample's lie apart; the server serves one of them at a time, for everybody. */
export default function WorkspaceSection() {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const state = useQuery({ queryKey: ["setup"], queryFn: ({ signal }) => answer(client.GET("/accounts/setup/state", { signal })) });
  const move = useMutation({
    mutationFn: async (name: Name) => {
      const moved = await answer(client.POST("/accounts/workspace", { body: { name } }));
      return moved.switching ? arriveAt(moved.workspace, moved.ticket) : true;
    },
    onSuccess: (signedIn) => {
      queries.clear();
      location.assign(signedIn ? "/" : "/sign-in");
    },
  });
  if (state.error) return <ProblemView error={state.error} onRetry={() => void state.refetch()} />;
  if (!state.data) return <SkeletonLines />;
  const { workspace, workspaces, can_switch: canSwitch } = state.data;
  return (
    <Panel title={t("sections.workspace.name")}>
      <ul className="stack">
        {(["main", "sample"] as const).map((name) => (
          <li key={name} className="row row--apart">
            <span>
              <strong>{t(`workspace.${name}`)}</strong>
              <span className="soft block">{t(`workspace.${name}Text`)}</span>
            </span>
            {workspace === name ? (
              <span className="tag">{t("workspace.active")}</span>
            ) : (
              <Button disabled={!canSwitch || move.isPending} onClick={() => move.mutate(name)}>
                {workspaces.some((each) => each.name === name && each.exists) ? t("workspace.open") : t("workspace.make")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {!canSwitch && <p className="soft">{t("workspace.cannot")}</p>}
      {move.isPending && (
        <p className="soft" role="status">
          {t("workspace.moving")}
        </p>
      )}
      {move.error && <ProblemView error={move.error} />}
    </Panel>
  );
}
