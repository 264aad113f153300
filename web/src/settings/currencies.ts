const EURO = ["AT", "BE", "HR", "CY", "EE", "FI", "FR", "DE", "GR", "IE", "IT", "LV", "LT", "LU", "MT", "NL", "PT", "SK", "SI", "ES"];

/** ISO 4217 by ISO 3166, of the countries where most of those live who will set a company up. */
const OF_COUNTRY: Record<string, string> = {
  ...Object.fromEntries(EURO.map((country) => [country, "EUR"])),
  AE: "AED", AR: "ARS", AU: "AUD", BR: "BRL", CA: "CAD", CH: "CHF", CL: "CLP", CN: "CNY", CO: "COP", CZ: "CZK", DK: "DKK", EG: "EGP",
  GB: "GBP", HK: "HKD", HU: "HUF", ID: "IDR", IL: "ILS", IN: "INR", JP: "JPY", KE: "KES", KR: "KRW", MO: "MOP", MX: "MXN", MY: "MYR",
  NG: "NGN", NO: "NOK", NZ: "NZD", PE: "PEN", PH: "PHP", PK: "PKR", PL: "PLN", RO: "RON", SA: "SAR", SE: "SEK", SG: "SGD", TH: "THB",
  TR: "TRY", TW: "TWD", UA: "UAH", US: "USD", VN: "VND", ZA: "ZAR",
};

/** What a company in a country usually counts in; undefined where this does not know. */
export function currencyOf(country: string): string | undefined {
  return OF_COUNTRY[country];
}
