// The calendar day in Japan of an instant, as yyyy-mm-dd.
export function dayInJapan(at: string): string {
  return new Date(new Date(at).getTime() + 9 * 3_600_000).toISOString().slice(0, 10);
}
