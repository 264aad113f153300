import { isMaskedPhone } from "./masked";

/** A number to dial; one that its source has masked can only be read. */
export function PhoneNumber({ number }: { number: string }) {
  return isMaskedPhone(number) ? <span className="soft">{number}</span> : <a href={`tel:${number}`}>{number}</a>;
}
