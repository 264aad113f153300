import type { ComponentType } from "react";
import { createBrowserRouter, Navigate, useParams, type RouteObject } from "react-router";
import { Problem } from "../api/problem";
import { Frame } from "./Frame";
import { NotFound, RouteFailed } from "./RouteFailed";

type PageModule = { default: ComponentType };

/** A page that cannot be fetched, because the server is away, is told from one that is no longer there. */
export async function fetched<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const reached = await fetch(location.origin, { method: "HEAD", cache: "no-store" }).then(
      () => true,
      () => false,
    );
    throw reached ? error : new Problem({ code: "network_unreachable", what: "", status: 0 });
  }
}

/** Each page is its own chunk. */
const page = (path: string, load: () => Promise<PageModule>): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await fetched(load)).default }),
});

function Numbered({ of: Page }: { of: ComponentType }) {
  const { id = "" } = useParams();
  return /^[1-9]\d{0,15}$/.test(id) ? <Page /> : <NotFound />;
}

/** A page of one thing, told by its number; an address without one leads nowhere. */
const numbered = (path: string, load: () => Promise<PageModule>): RouteObject => ({
  path,
  lazy: async () => {
    const { default: Page } = await fetched(load);
    return { element: <Numbered of={Page} /> };
  },
});

export function createRouter() {
  return createBrowserRouter([
    {
      errorElement: <RouteFailed />,
      hydrateFallbackElement: <></>,
      children: [
        page("/setup", () => import("../entry/SetupPage")),
        page("/sign-in", () => import("../entry/SignInPage")),
        page("/reset", () => import("../entry/ResetPasswordPage")),
        page("/invitation", () => import("../entry/InvitationPage")),
        {
          path: "/",
          element: <Frame />,
          children: [
            {
              errorElement: <RouteFailed />,
              children: [
                { index: true, element: <Navigate to="/worklist" replace /> },
                page("worklist", () => import("../worklists/WorklistPage")),
                page("customers", () => import("../customers/CustomersPage")),
                page("customers/deleted", () => import("../customers/DeletedPage")),
                numbered("customers/:id", () => import("../customers/CustomerPage")),
                numbered("customers/:id/fields", () => import("../identities/FieldsPage")),
                page("identities", () => import("../identities/IdentitiesPage")),
                page("identities/merge", () => import("../identities/MergePage")),
                page("identities/rules", () => import("../identities/RulesPage")),
                page("identities/review", () => import("../identities/ReviewPage")),
                page("segments", () => import("../segments/SegmentsPage")),
                page("segments/new", () => import("../segments/SegmentEditorPage")),
                numbered("segments/:id", () => import("../segments/SegmentPage")),
                numbered("segments/:id/edit", () => import("../segments/SegmentEditorPage")),
                page("predictions", () => import("../predictions/PredictionsPage")),
                page("predictions/ledger", () => import("../predictions/LedgerPage")),
                numbered("predictions/:id", () => import("../predictions/PredictionPage")),
                page("dashboard", () => import("../dashboards/DashboardPage")),
                page("imports", () => import("../imports/ImportsPage")),
                page("imports/new", () => import("../imports/ImportWizardPage")),
                page("imports/quarantine", () => import("../imports/QuarantinePage")),
                numbered("imports/:id", () => import("../imports/ImportWizardPage")),
                page("sources", () => import("../sources/SourcesPage")),
                page("sources/new", () => import("../sources/SourceNewPage")),
                numbered("sources/:id", () => import("../sources/SourcePage")),
                numbered("sources/:id/new", () => import("../sources/StreamSetupPage")),
                numbered("sources/:id/streams/:stream", () => import("../sources/StreamSetupPage")),
                page("settings", () => import("../settings/SettingsPage")),
                page("settings/:section", () => import("../settings/SettingsPage")),
                { path: "*", element: <NotFound /> },
              ],
            },
          ],
        },
      ],
    },
  ]);
}
