// What an auditor typed: the digits of an act's hash (16 of 64 at least, with the hyphens of a paper's code or the text of its symbol), or else
// words that the list of matters is searched for.
export function hashDigits(text: string): string | null {
  const plain = text
    .normalize('NFKC')
    .trim()
    .replace(/^warifu:act:/i, '')
    .replace(/[\s\u2010-\u2015-]/g, '')
    .toLowerCase();
  return /^[0-9a-f]{16,64}$/.test(plain) ? plain : null;
}
