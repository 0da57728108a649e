// Choosing files by dropping or by the system's dialog. What cannot be used is refused here with the reason; the server checks again.
import { type DragEvent, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../i18n/format';
import { Button, IconButton } from './Button';
import { cx } from './cx';
import { Icon } from './Icon';

export interface FileDropProps {
  label: string;
  files: readonly File[];
  onChange: (files: File[]) => void;
  types: Readonly<Record<string, string>>; // media type -> word shown, e.g. 'application/pdf': 'PDF'
  typeOf?: (file: File) => string; // for browsers that do not know a type by its name
  maxBytes: number; // of the largest
  maxBytesOf?: (type: string) => number; // where some types have to be smaller
  error?: string;
}

export function FileDrop({ label, files, onChange, types, typeOf = (file) => file.type, maxBytes, maxBytesOf, error }: FileDropProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const title = useId();
  const hint = useId();
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const words = Object.values(types).join(t('matter.slash'));
  const most = (type: string) => maxBytesOf?.(type) ?? maxBytes;
  const smaller = Object.keys(types).filter((type) => most(type) < maxBytes);

  const add = (incoming: Iterable<File>) => {
    const good: File[] = [];
    const bad: string[] = [];
    for (const file of incoming) {
      if (!(typeOf(file) in types)) bad.push(t('file.wrongType', { name: file.name, types: words }));
      else if (file.size > most(typeOf(file)))
        bad.push(
          t(most(typeOf(file)) < maxBytes ? 'file.tooLargeForType' : 'file.tooLarge', {
            name: file.name,
            size: formatBytes(file.size),
            type: types[typeOf(file)],
            limit: formatBytes(most(typeOf(file))),
          }),
        );
      else good.push(file);
    }
    setRefused(bad);
    if (good.length > 0) onChange([...files, ...good]);
  };

  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };

  const problems = error ? [...refused, ...error.split('\n')] : refused;
  return (
    <div
      role="group"
      aria-labelledby={title}
      aria-describedby={hint}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      className="flex flex-col gap-1.5"
    >
      <p id={title} className="text-dns-16B-130">
        {label}
      </p>
      <p id={hint} className="text-dns-14N-130 text-sub">
        {t('file.limit', { types: words, size: formatBytes(maxBytes) })}
        {smaller.length > 0
          ? t('file.limitSmaller', {
              types: smaller.map((type) => types[type]).join(t('matter.slash')),
              size: formatBytes(Math.max(...smaller.map(most))),
            })
          : null}
      </p>
      <div
        className={cx(
          'flex flex-wrap items-center justify-center gap-x-4 gap-y-2 rounded-8 border-2 border-dashed px-4 py-6',
          over ? 'border-accent bg-accent-soft' : 'border-edge bg-white',
        )}
      >
        <span className="flex items-center gap-2">
          <Icon name="upload" />
          {t('file.drop')}
        </span>
        <span className="text-sub">{t('file.or')}</span>
        <Button size="small" onClick={() => input.current?.click()}>
          {t('file.choose')}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          accept={Object.keys(types).join(',')}
          aria-label={t('file.choose')}
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            add(event.target.files ?? []);
            event.target.value = '';
          }}
        />
      </div>
      <div role="alert" className="space-y-1">
        {problems.map((problem) => (
          <p key={problem} className="text-dns-14N-130 flex items-start gap-1 text-danger">
            <Icon name="danger" size={16} className="mt-px" />
            {problem}
          </p>
        ))}
      </div>
      {files.length > 0 ? (
        <ul aria-label={t('file.list')} className="divide-y divide-line rounded-8 border border-line">
          {files.map((file, index) => (
            <li key={`${file.name}-${index}`} className="flex items-center gap-3 ps-3">
              <Icon name="file" className="text-sub" />
              <span className="text-dns-16N-130 min-w-0 flex-1 py-2">{file.name}</span>
              <span className="tabular text-dns-14N-130 text-sub">{formatBytes(file.size)}</span>
              <IconButton
                icon="cross"
                label={t('file.remove', { name: file.name })}
                onClick={() => onChange(files.filter((_, at) => at !== index))}
              />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
