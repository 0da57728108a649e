import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { i18n } from '../i18n';
import { FileDrop } from './FileDrop';

const types = { 'text/csv': 'CSV', 'application/json': 'JSON' };
// A file of that size without its content.
function fileOf(name: string, type: string, size: number): File {
  const file = new File([], name, { type });
  Object.defineProperty(file, 'size', { value: size });
  return file;
}
const megabyte = 1024 * 1024;

describe('choosing files', () => {
  const shown = (maxBytesOf?: (type: string) => number) => {
    const onChange = vi.fn();
    render(<FileDrop label="Files" files={[]} onChange={onChange} types={types} maxBytes={2048 * megabyte} maxBytesOf={maxBytesOf} />);
    const choose = (...files: File[]) => fireEvent.change(screen.getByLabelText(i18n.t('file.choose'), { selector: 'input' }), { target: { files } });
    return { onChange, choose };
  };

  it('takes what the house allows, to the byte', () => {
    const { onChange, choose } = shown();
    const good = fileOf('a.csv', 'text/csv', 2048 * megabyte);
    choose(good, fileOf('b.csv', 'text/csv', 2048 * megabyte + 1));
    expect(onChange).toHaveBeenCalledExactlyOnceWith([good]);
    expect(screen.getByRole('alert').textContent).toContain('b.csv');
  });

  it('says and keeps the smaller limit of some types', () => {
    const { onChange, choose } = shown((type) => (type === 'text/csv' ? 2048 : 50) * megabyte);
    expect(screen.getByText(/2 GB.*JSON.*50 MB/)).toBeTruthy();
    const large = fileOf('a.csv', 'text/csv', 51 * megabyte);
    const small = fileOf('b.json', 'application/json', 50 * megabyte);
    choose(large, small, fileOf('c.json', 'application/json', 50 * megabyte + 1));
    expect(onChange).toHaveBeenCalledExactlyOnceWith([large, small]);
    const told = screen.getByRole('alert').textContent;
    expect(told).toContain('c.json');
    expect(told).toContain('50 MB');
    // and why it is lower than the house's own
    expect(told).toContain(i18n.t('file.tooLargeForType', { name: 'c.json', size: '50 MB', type: 'JSON', limit: '50 MB' }));
    choose(fileOf('d.csv', 'text/csv', 2049 * megabyte));
    expect(screen.getByRole('alert').textContent).not.toContain('CSV');
  });
});
