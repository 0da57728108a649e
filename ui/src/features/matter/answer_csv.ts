// A table of an answer as a file for spreadsheets: UTF-8 with its mark, CRLF, every cell in quotes.
// What a provider wrote is never run as a formula by the program that opens it; Japanese programs take the wide signs for the narrow ones.
const kFormula = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

const cellOf = (text: string) => `"${(kFormula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

export function csvOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`);
  return `\uFEFF${lines.join('')}`;
}

// Named by the inquiry's number, the item and the place of the table; without what the names of files may not have.
export function csvName(number: string, item: number, table: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const name = number.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, '_').replace(/^[.\s]+|[.\s]+$/g, '');
  return `${[name, item, table].filter((part) => part !== '').join('-')}.csv`;
}

export function saveFile(name: string, content: string | Blob): void {
  const address = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type: 'text/csv;charset=utf-8' }) : content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may still be asking where to put it
}
