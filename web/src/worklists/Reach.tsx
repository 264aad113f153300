import { EmailAddress } from "../design/EmailAddress";
import { PhoneNumber } from "../design/PhoneNumber";
import { isMaskedEmail, isMaskedPhone } from "../design/masked";

/** The number to call; where there is none to dial, the address to write to; else what is known behind the mask. */
export function Reach({ phone, email }: { phone: string; email: string }) {
  if (phone && (!isMaskedPhone(phone) || !email || isMaskedEmail(email))) return <PhoneNumber number={phone} />;
  return email ? <EmailAddress address={email} /> : <span className="faint">–</span>;
}
