import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { answer, client, type Schema } from "../api/client";
import { sessionQuery, useMe } from "../api/session";
import type { Me } from "../api/types";
import { chooseTheme, type ThemeChoice } from "../design/theme";
import { chooseLanguage } from "../i18n";
import type { Language } from "../i18n/format";

/** Language and theme stay with the person on every machine: once the account is known its choices rule. */
export function useChoicesOfAccount(me: Me | null): void {
  const done = useRef<number | null>(null);
  useEffect(() => {
    if (!me || done.current === me.id) return;
    done.current = me.id;
    void chooseLanguage(me.language === "en" ? "en" : "zh");
    chooseTheme(me.theme as ThemeChoice);
  }, [me]);
}

/** Changes language or theme at once, and keeps the choice in the browser before sign-in, in the account after. */
export function useChoose() {
  const me = useMe();
  const queries = useQueryClient();
  const remember = useMutation({
    mutationFn: (body: Schema<"MeIn">) => answer(client.PATCH("/accounts/me", { body })),
    onSuccess: (next) => queries.setQueryData(sessionQuery.queryKey, next),
  });
  return {
    language: async (language: Language) => {
      await chooseLanguage(language);
      if (me) await remember.mutateAsync({ language }).catch(() => undefined);
      // Words of the server come in the reader's language, so they are asked for again.
      await queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    },
    theme: (theme: ThemeChoice) => {
      chooseTheme(theme);
      if (me) remember.mutate({ theme });
    },
  };
}
