import { useTranslation } from "react-i18next";
import { Field } from "../design/Field";
import type { Preset, Settings, Systems } from "./types";

export interface Connecting {
  settings: Settings;
  secrets: Record<string, string>;
}

interface Props {
  systems: Systems;
  value: Connecting;
  onChange: (value: Connecting) => void;
}

const OWN = "";

export const freshDatabase = (): Connecting => ({ settings: { dialect: "postgresql", host: "", port: 0, database: "", user: "", tls: "verified" }, secrets: {} });

export function freshInterface(preset: Preset | undefined): Connecting {
  return { settings: preset ? { ...preset.settings, preset: preset.code } : { base_url: "", auth: "bearer" }, secrets: {} };
}

const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");

function useSetting({ value, onChange }: Props) {
  return {
    set: (name: string, said: unknown) => onChange({ ...value, settings: { ...value.settings, [name]: said } }),
    keep: (name: string, said: string) => onChange({ ...value, secrets: { ...value.secrets, [name]: said } }),
  };
}

export function DatabaseFields(props: Props) {
  const { systems, value, onChange } = props;
  const { t } = useTranslation("sources");
  const { set, keep } = useSetting(props);
  const { settings, secrets } = value;
  const dialect = systems.dialects.find(({ name }) => name === settings.dialect);
  const isFile = settings.dialect === "sqlite";
  return (
    <>
      <Field label={t("sql.dialect")} hint={dialect && !dialect.is_there ? t("sql.noDriver") : undefined}>
        <select className="select" value={text(settings.dialect)} onChange={(event) => onChange({ settings: { ...freshDatabase().settings, dialect: event.target.value }, secrets: {} })}>
          {systems.dialects.map(({ name }) => (
            <option key={name} value={name}>
              {t(`sql.dialects.${name as "postgresql"}`)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={isFile ? t("sql.file") : t("sql.database")} hint={isFile ? t("sql.fileHint") : undefined}>
        <input className="input" required maxLength={1000} autoComplete="off" value={text(settings.database)} onChange={(event) => set("database", event.target.value)} />
      </Field>
      {!isFile && (
        <>
          <Field label={t("sql.host")} hint={t("sql.hostHint")}>
            <input className="input" required maxLength={253} autoComplete="off" value={text(settings.host)} onChange={(event) => set("host", event.target.value.trim())} />
          </Field>
          <Field label={t("sql.port")} hint={t("sql.portHint", { port: dialect?.port })}>
            <input className="input" inputMode="numeric" pattern="[0-9]{1,5}" value={settings.port ? text(settings.port) : ""} onChange={(event) => set("port", Number(event.target.value) || 0)} />
          </Field>
          <Field label={t("sql.user")} hint={t("sql.userHint")}>
            <input className="input" maxLength={200} autoComplete="off" value={text(settings.user)} onChange={(event) => set("user", event.target.value)} />
          </Field>
          <Field label={t("secrets.password")} hint={t("secretHint")}>
            <input className="input" type="password" autoComplete="new-password" maxLength={10_000} value={secrets.password ?? ""} onChange={(event) => keep("password", event.target.value)} />
          </Field>
          <Field label={t("sql.tls")} hint={t("sql.tlsHint")}>
            <select className="select" value={text(settings.tls)} onChange={(event) => set("tls", event.target.value)}>
              {(["verified", "encrypted", "plain"] as const).map((tls) => (
                <option key={tls} value={tls}>
                  {t(`sql.tlsKinds.${tls}`)}
                </option>
              ))}
            </select>
          </Field>
        </>
      )}
    </>
  );
}

const AUTHS = ["bearer", "header", "query", "basic", "none"] as const;

export function InterfaceFields(props: Props) {
  const { systems, value, onChange } = props;
  const { t } = useTranslation("sources");
  const { set, keep } = useSetting(props);
  const { settings, secrets } = value;
  const preset = systems.presets.find(({ code }) => code === settings.preset);
  const auth = text(settings.auth);
  const needed = preset?.secrets ?? (auth === "none" ? [] : ["secret"]);
  const asksUser = auth === "basic" || JSON.stringify(settings.exchange ?? "").includes("{user}");
  return (
    <>
      <Field label={t("rest.preset")} hint={t("rest.presetHint")}>
        <select className="select" value={text(settings.preset)} onChange={(event) => onChange(freshInterface(systems.presets.find(({ code }) => code === event.target.value)))}>
          {systems.presets.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
          <option value={OWN}>{t("rest.own")}</option>
        </select>
      </Field>
      <Field label={t("rest.baseUrl")} hint={t("rest.baseUrlHint")}>
        <input className="input" required type="url" maxLength={500} value={text(settings.base_url)} onChange={(event) => set("base_url", event.target.value.trim())} />
      </Field>
      {!preset && (
        <>
          <Field label={t("rest.auth")}>
            <select className="select" value={auth} onChange={(event) => set("auth", event.target.value)}>
              {AUTHS.map((one) => (
                <option key={one} value={one}>
                  {t(`rest.auths.${one}`)}
                </option>
              ))}
            </select>
          </Field>
          {(auth === "header" || auth === "query") && (
            <Field label={t("rest.authName")}>
              <input className="input" required maxLength={200} value={text(settings.auth_name)} onChange={(event) => set("auth_name", event.target.value)} />
            </Field>
          )}
        </>
      )}
      {asksUser && (
        <Field label={t("rest.user")} hint={t("rest.userHint")}>
          <input className="input" maxLength={200} autoComplete="off" value={text(settings.user)} onChange={(event) => set("user", event.target.value)} />
        </Field>
      )}
      {needed.map((name) => (
        <Field key={name} label={t(`secrets.${name as "secret"}`)} hint={t("secretHint")}>
          <input className="input" type="password" autoComplete="new-password" maxLength={10_000} value={secrets[name] ?? ""} onChange={(event) => keep(name, event.target.value)} />
        </Field>
      ))}
      <Field label={t("rest.perMinute")} hint={t("rest.perMinuteHint")}>
        <input className="input" inputMode="numeric" pattern="[0-9]{1,5}" value={settings.per_minute ? text(settings.per_minute) : ""} onChange={(event) => set("per_minute", Number(event.target.value) || 0)} />
      </Field>
    </>
  );
}
