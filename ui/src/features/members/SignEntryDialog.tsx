// An entry of the directory that this person signs as the second one: an admission, a revocation, a delegation. The text is compared line by line
// with what the page shows before the key is opened. A passkey signs no entries (docs/formats.md, "Directory entries"): whoever has one is
// told so here, where it is expected.
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { asProblem } from '../../api/problem';
import { useSession } from '../../api/session';
import { Banner, Button, Dialog, Skeleton, TextField } from '../../components';
import { ensureDemoKey } from '../../sign/demo_key';
import { KeyError } from '../../sign/keyfile';
import { checkPersonEntry, type EntryShown, signTextWithPin } from '../../sign/other_texts';
import { useDemoPin } from '../../sign/SignStep';
import { useSigningSentence } from '../../sign/use_signer';

export interface SignEntryDialogProps {
  title: string;
  lead: string;
  facts: readonly [string, string][];
  verb: string;
  shown: Omit<EntryShown, 'org'>;
  prepare: () => Promise<Schema<'PreparedEntry'>>;
  commit: (entry: Schema<'SignedEntry'>) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}

export function SignEntryDialog({ title, lead, facts, verb, shown, prepare, commit, onDone, onClose }: SignEntryDialogProps) {
  const { t } = useTranslation();
  const session = useSession();
  const sentence = useSigningSentence();
  const demoPin = useDemoPin();
  const [prepared, setPrepared] = useState<Schema<'PreparedEntry'> | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [pin, setPin] = useState('');
  const [pinError, setPinError] = useState<string>();
  const [busy, setBusy] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: prepared once for each opening
  useEffect(() => {
    let current = true;
    void (async () => {
      try {
        await ensureDemoKey(session);
        const entry = await prepare();
        checkPersonEntry(entry.text, { org: session.organisation, ...shown });
        if (current) setPrepared(entry);
      } catch (error) {
        if (current) setFailure(error);
      }
    })();
    return () => {
      current = false;
    };
  }, []);

  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (!prepared || busy) return;
    setPinError(pin ? undefined : t('key.pinMissing'));
    if (!pin) return;
    setBusy(true);
    setFailure(null);
    try {
      const signature = await signTextWithPin(prepared.text, session.organisation, session.person, pin);
      await commit({ text: prepared.text, signature });
      onDone();
    } catch (error) {
      if (error instanceof KeyError && error.problem === 'wrong-pin') setPinError(sentence(error));
      else setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const problem = asProblem(failure);
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      wide
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" icon="key" busy={busy} disabledReason={prepared ? null : undefined} onClick={() => void submit()}>
            {verb}
          </Button>
        </>
      }
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="space-y-4">
        {failure ? <Banner tone="danger">{problem?.text() ?? sentence(failure)}</Banner> : null}
        <p>{lead}</p>
        <dl className="text-dns-16N-130 grid gap-x-6 gap-y-2 sm:grid-cols-[auto_minmax(0,1fr)]">
          {facts.map(([label, value]) => (
            <div key={label} className="grid grid-cols-subgrid sm:col-span-2">
              <dt className="text-sub">{label}</dt>
              <dd className="font-700 break-all">{value}</dd>
            </div>
          ))}
        </dl>
        {prepared ? (
          <>
            <details>
              <summary className="text-dns-14N-130 min-h-8 text-accent underline underline-offset-4">{t('key.what')}</summary>
              <pre className="text-mono-14N-150 overflow-x-auto rounded-4 bg-shade p-3 whitespace-pre-wrap break-all">{prepared.text}</pre>
            </details>
            {session.passkeys.length > 0 ? <p>{t('passkey.noEntry')}</p> : null}
            <TextField
              label={t('key.pin')}
              help={demoPin ? t('demo.pinHint', { pin: demoPin }) : t('key.pinHelp')}
              type="password"
              autoComplete="off"
              value={pin}
              onChange={setPin}
              error={pinError}
              required
              autoFocus
            />
          </>
        ) : failure ? null : (
          <Skeleton lines={3} />
        )}
      </form>
    </Dialog>
  );
}
