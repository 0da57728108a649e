// Files of one item's answer: uploaded one after another with progress, kept with the matter by their SHA-256, removed from the answer at will.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import { useSession } from '../../api/session';
import { Button, FileDrop, Icon, IconButton } from '../../components';
import { formatBytes, formatNumber } from '../../i18n/format';
import { fileTypes } from '../matters/media';
import { LoadFailed } from './parts';
import { type FileRef, fileLimitsQuery } from './queries';
import { typeByName, type Upload, uploadFile } from './upload';

interface Running {
  name: string;
  sent: number;
  total: number;
}

export function Attachments({ matter, files, onChange }: { matter: string; files: readonly FileRef[]; onChange: (files: FileRef[]) => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const [running, setRunning] = useState<Running | null>(null);
  const [failed, setFailed] = useState<string>();
  const upload = useRef<Upload | null>(null);
  const limits = useQuery(fileLimitsQuery);
  const isRunning = running !== null;
  // Gigabytes take hours: a page that is closed by mistake would lose them.
  useEffect(() => {
    if (!isRunning) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isRunning]);
  const labels = Object.fromEntries(Object.entries(fileTypes).map(([ending, type]) => [type, ending === 'jpeg' ? 'JPG' : ending.toUpperCase()]));

  const send = async (chosen: readonly File[]) => {
    setFailed(undefined);
    let kept = [...files];
    const refused: string[] = [];
    for (const file of chosen) {
      setRunning({ name: file.name, sent: 0, total: file.size });
      upload.current = uploadFile(matter, file, session.csrf, (sent) => setRunning({ name: file.name, sent, total: file.size }));
      try {
        const stored = await upload.current.done;
        kept = [...kept.filter((one) => one.sha256 !== stored.sha256 || one.name !== stored.name), stored];
        onChange(kept);
      } catch (error) {
        if (error instanceof DOMException) break; // stopped by whoever sends them
        // The others go all the same: none of them is left out without a word.
        refused.push(t('prov.fileRefused', { name: file.name, why: asProblem(error)?.text() ?? String(error) }));
        setFailed(refused.join('\n'));
      }
    }
    upload.current = null;
    setRunning(null);
  };

  return (
    <div className="space-y-3">
      {limits.data ? (
        <FileDrop
          label={t('prov.files')}
          files={[]}
          onChange={(chosen) => void send(chosen)}
          types={labels}
          typeOf={typeByName}
          maxBytes={limits.data.bytes_max}
          maxBytesOf={(type) => limits.data.types.find((one) => one.media_type === type)?.bytes_max ?? 0}
          error={failed}
        />
      ) : limits.isError ? (
        <LoadFailed error={limits.error} retry={() => void limits.refetch()} />
      ) : null}
      {running ? (
        <div className="rounded-8 border border-line p-3">
          <div className="text-dns-14N-130 flex flex-wrap items-baseline justify-between gap-2">
            <span id="upload-name" aria-live="polite">
              {t(running.sent < running.total ? 'prov.uploading' : 'prov.uploadChecked', { name: running.name })}
            </span>
            <span className="tabular text-sub">
              {formatBytes(running.sent)} / {formatBytes(running.total)} (
              {formatNumber(Math.floor((running.sent / Math.max(1, running.total)) * 100))} %)
            </span>
          </div>
          <div className="mt-2 flex items-center gap-3">
            <progress
              aria-labelledby="upload-name"
              value={running.sent}
              max={Math.max(1, running.total)}
              className="block h-2 w-full appearance-none overflow-hidden rounded-full border-0 bg-solid-gray-200 [&::-webkit-progress-bar]:bg-solid-gray-200 [&::-webkit-progress-value]:bg-accent"
            />
            <Button size="small" onClick={() => upload.current?.cancel()}>
              {t('progress.cancel')}
            </Button>
          </div>
        </div>
      ) : null}
      {files.length > 0 ? (
        <ul aria-label={t('file.list')} className="divide-y divide-line rounded-8 border border-line">
          {files.map((file) => (
            <li key={file.sha256 + file.name} className="flex items-center gap-3 ps-3">
              <Icon name="file" className="text-sub" />
              <span className="min-w-0 flex-1 py-2">
                <span className="text-dns-16N-130 block">{file.name}</span>
                <span className="text-dns-14N-130 block font-mono text-sub">SHA-256 {file.sha256.slice(0, 16)}…</span>
              </span>
              <span className="tabular text-dns-14N-130 text-sub">{formatBytes(file.bytes)}</span>
              <IconButton icon="cross" label={t('file.remove', { name: file.name })} onClick={() => onChange(files.filter((one) => one !== file))} />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
