/** Where customers are merged: side by side, before anything is stored. */
export const mergeAddress = (customers: (number | string)[]) => `/identities/merge?customers=${customers.join(",")}`;

/** The most that are merged at once. */
export const MOST_MERGED = 50;

/** The customers of such an address; what is no number is passed over. */
export function customersOf(address: URLSearchParams): number[] {
  const numbers = (address.get("customers") ?? "").split(",").filter((part) => /^[1-9]\d{0,14}$/.test(part)).map(Number);
  return [...new Set(numbers)].slice(0, MOST_MERGED);
}
