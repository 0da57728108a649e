import { afterEach, describe, expect, it, vi } from 'vitest';
import { csvName, csvOf, saveFile } from './answer_csv';

describe('the table of an answer as CSV', () => {
  it('starts with the mark of UTF-8, ends each line with CRLF and quotes every cell', () => {
    expect(csvOf(['氏名', '登録日'], [['架空 太郎', '2026-11-01']])).toBe('\uFEFF"氏名","登録日"\r\n"架空 太郎","2026-11-01"\r\n');
  });

  it('keeps commas, quotes and line breaks inside their cell', () => {
    expect(csvOf(['a'], [['x,"y"\nz']])).toBe('\uFEFF"a"\r\n"x,""y""\nz"\r\n');
  });

  it.each(['=1+1', '+81312345678', '-1', '@SUM(A1)', '\tx', '\rx', '\uFF1D1+1', '\uFF20x'])('lets no program run %j as a formula', (cell) => {
    expect(csvOf(['a'], [[cell]])).toBe(`\uFEFF"a"\r\n"'${cell}"\r\n`);
  });

  it('guards the names of the columns, too', () => {
    expect(csvOf(['=HYPERLINK("http://x")'], [])).toBe(`\uFEFF"'=HYPERLINK(""http://x"")"\r\n`);
  });

  it.each(['090-1000-0001', '1=1', ' =1', '', "'x", '2026-11-21T14:05:00+09:00'])('leaves %j as it is', (cell) => {
    expect(csvOf(['a'], [[cell]])).toBe(`\uFEFF"a"\r\n"${cell}"\r\n`);
  });

  it('has only its head where there is no row', () => {
    expect(csvOf(['a', 'b'], [])).toBe('\uFEFF"a","b"\r\n');
  });
});

describe('the name of the file', () => {
  it('bears the number of the inquiry, the item and the table', () => {
    expect(csvName('架警サA第00012号', 2, 1)).toBe('架警サA第00012号-2-1.csv');
  });

  it('has nothing in it that a path is made of', () => {
    expect(csvName('../a/b\\c:d*?"<>|\n', 1, 1)).toBe('_a_b_c_d_______-1-1.csv');
    expect(csvName('..', 1, 2)).toBe('1-2.csv');
  });
});

describe('saving', () => {
  afterEach(() => vi.restoreAllMocks());

  it('hands the text to the browser under the name', async () => {
    let saved: Blob | undefined;
    let name = '';
    URL.createObjectURL = (blob: Blob | MediaSource) => {
      saved = blob as Blob;
      return 'blob:x';
    };
    URL.revokeObjectURL = () => {};
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      name = this.download;
    });
    saveFile('a-1-1.csv', csvOf(['a'], []));
    expect(name).toBe('a-1-1.csv');
    expect(saved?.type).toBe('text/csv;charset=utf-8');
    expect(saved?.size).toBe(8); // the mark is three bytes
  });
});
