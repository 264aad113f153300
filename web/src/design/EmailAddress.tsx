import { isMaskedEmail } from "./masked";

/** An address to write to; one that its source has masked can only be read. */
export function EmailAddress({ address }: { address: string }) {
  return isMaskedEmail(address) ? <span className="soft">{address}</span> : <a href={`mailto:${address}`}>{address}</a>;
}
