import "i18next";
import type charts from "../charts/locales/zh.json";
import type customers from "../customers/locales/zh.json";
import type dashboards from "../dashboards/locales/zh.json";
import type design from "../design/locales/zh.json";
import type entry from "../entry/locales/zh.json";
import type identities from "../identities/locales/zh.json";
import type imports from "../imports/locales/zh.json";
import type predictions from "../predictions/locales/zh.json";
import type segments from "../segments/locales/zh.json";
import type settings from "../settings/locales/zh.json";
import type sources from "../sources/locales/zh.json";
import type shell from "../shell/locales/zh.json";
import type worklists from "../worklists/locales/zh.json";
import type activities from "../activities/locales/zh.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "shell";
    returnNull: false;
    resources: {
      activities: typeof activities;
      charts: typeof charts;
      customers: typeof customers;
      dashboards: typeof dashboards;
      design: typeof design;
      entry: typeof entry;
      identities: typeof identities;
      imports: typeof imports;
      predictions: typeof predictions;
      segments: typeof segments;
      settings: typeof settings;
      shell: typeof shell;
      sources: typeof sources;
      worklists: typeof worklists;
    };
  }
}
