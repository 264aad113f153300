/** What its source has masked (138****1234, 138xxxx1234, z***@qq.com) can only be read: nobody is reached by it. */
export const isMaskedPhone = (number: string) => /\*|\dx{3,}/i.test(number);
export const isMaskedEmail = (address: string) => address.includes("*");
