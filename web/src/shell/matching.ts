/** All words of the question occur in the title, whatever their case and width. */
export function matches(title: string, question: string): boolean {
  const plain = (text: string) => text.replaceAll("\u2009", "").normalize("NFKC").toLowerCase();
  const held = plain(title);
  return plain(question).split(/\s+/).every((word) => held.includes(word));
}
