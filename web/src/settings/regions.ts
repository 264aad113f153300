import { queryOptions } from "@tanstack/react-query";
import { answer, client, type Schema } from "../api/client";
import { locales, type Language } from "../i18n/format";

export type Region = Schema<"RegionOut">;

/** Countries whose phone numbers can be read, for anybody; the same as long as the server runs. */
export const regionsQuery = queryOptions({ queryKey: ["regions"], queryFn: ({ signal }) => answer(client.GET("/company/regions", { signal })), staleTime: Infinity });

/** The country in which a zone lies; empty for one that lies in none, such as UTC. */
export function suggestedBy(zone: string, regions: Region[]): string {
  return regions.find((region) => region.zones.includes(zone))?.code ?? "";
}

export interface Place {
  zone: string;
  /** ISO 3166; empty: numbers without a + are not read; null: as the zone suggests. */
  region: string | null;
}

/** Another zone brings its country along, unless somebody chose another country than the zone's. */
export function moved(place: Place, zone: string, regions: Region[]): Place {
  const follows = place.region !== null && place.region === suggestedBy(place.zone, regions);
  return { zone, region: follows ? suggestedBy(zone, regions) : place.region };
}

/** To be found by name, by code and by calling code. */
export function optionsOf(regions: Region[], language: Language): { value: string; label: string }[] {
  const names = new Intl.DisplayNames([locales[language]], { type: "region" });
  const { compare } = new Intl.Collator(locales[language]);
  return regions.map(({ code, calling_code }) => ({ value: code, label: `${names.of(code) ?? code} (${code}, +${calling_code})` })).sort((a, b) => compare(a.label, b.label));
}
