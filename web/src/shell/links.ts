/** The customer list narrowed by a filter of its contract. Everything that is drawn leads to its customers by this. */
export function customersWith(filter: Record<string, unknown>, sort?: string): string {
  const address = new URLSearchParams({ filter: JSON.stringify(filter) });
  if (sort) address.set("sort", sort);
  return `/customers?${address}`;
}

/** The editor of segments with a rule to begin with: what a chart or a list stands for, ready to be named. */
export function segmentOf(rules: { field: string; value: unknown }[]): string {
  return `/segments/new?${new URLSearchParams({ definition: JSON.stringify({ op: "and", rules }) })}`;
}
