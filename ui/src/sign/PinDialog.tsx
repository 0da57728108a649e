// Asks for the PIN, or for a passkey where the person has one, under the text that will be signed. The caller passes the paper as children: nothing
// is signed from a list.
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../api/api';
import { Banner } from '../components/Banner';
import { Button } from '../components/Button';
import { TextField } from '../components/fields';
import { Dialog } from '../components/overlays';
import { parseActText } from './act';
import { KeyError } from './keyfile';
import { signWithPin, type ToSign, useSigningSentence } from './use_signer';

// A signature line, or what a passkey answered.
export type Signed = Pick<Schema<'SignedCommand'>, 'signature' | 'assertion'>;

export interface PinDialogProps {
  open: boolean;
  onClose: () => void;
  request: ToSign | null;
  verb: string; // the button: 決裁する, 発出する, 回答を送付する
  names: { matter: string; kind: string; by: string }; // the same three in the person's words
  hint?: string; // a demonstration tells the PIN
  onSigned: (signed: Signed) => void;
  passkey?: (request: ToSign) => Promise<Schema<'AssertionCommand'>>; // where the person has a passkey that counts here
  children: ReactNode; // the exact wording once more
  sign?: (request: ToSign, pin: string) => Promise<string>;
}

function fingerprint(text: string): string {
  try {
    return parseActText(text).body.sha256.replace(/(.{8})(?=.)/g, '$1 ');
  } catch {
    return '―'; // signing will refuse it with the reason
  }
}

export function PinDialog({ open, onClose, request, verb, names, hint, onSigned, passkey, children, sign = signWithPin }: PinDialogProps) {
  const { t } = useTranslation();
  const sentence = useSigningSentence();
  const [pin, setPin] = useState('');
  const [pinError, setPinError] = useState<string>();
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState<'pin' | 'passkey' | null>(null);

  useEffect(() => {
    if (open) return;
    setPin('');
    setPinError(undefined);
    setRefusal(undefined);
  }, [open]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!request || busy) return;
    setRefusal(undefined);
    if (pin === '') {
      setPinError(t('key.pinMissing'));
      return;
    }
    setPinError(undefined);
    setBusy('pin');
    try {
      const line = await sign(request, pin);
      setPin('');
      onSigned({ signature: line });
    } catch (error) {
      if (error instanceof KeyError && error.problem === 'wrong-pin') setPinError(sentence(error));
      else setRefusal(sentence(error));
    } finally {
      setBusy(null);
    }
  };
  const byPasskey = async () => {
    if (!request || !passkey || busy) return;
    setRefusal(undefined);
    setPinError(undefined);
    setBusy('passkey');
    try {
      onSigned({ signature: '', assertion: await passkey(request) });
    } catch (error) {
      setRefusal(sentence(error));
    } finally {
      setBusy(null);
    }
  };

  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('key.pinTitle')}
      wide
      reading={t('key.what')}
      actions={
        <form onSubmit={submit} noValidate className="flex w-full flex-wrap items-end justify-between gap-x-6 gap-y-3">
          <TextField
            label={t('key.pin')}
            help={hint ?? t('key.pinHelp')}
            type="password"
            autoComplete="off"
            value={pin}
            onChange={setPin}
            error={pinError}
            required
            className="min-w-56 flex-1 sm:max-w-80"
          />
          <span className="ms-auto flex flex-wrap justify-end gap-3">
            <Button onClick={onClose}>{t('action.cancel')}</Button>
            {passkey ? (
              <Button kind="primary" icon="person" busy={busy === 'passkey'} onClick={() => void byPasskey()}>
                {t('passkey.sign', { verb })}
              </Button>
            ) : null}
            <Button kind={passkey ? 'quiet' : 'primary'} icon="key" type="submit" busy={busy === 'pin'}>
              {busy === 'pin' ? t('key.working') : verb}
            </Button>
          </span>
        </form>
      }
    >
      <div className="space-y-4">
        {refusal ? <Banner tone="danger">{refusal}</Banner> : null}
        <p>{passkey ? t('passkey.signText') : t('key.pinText')}</p>
        <dl className="text-dns-14N-130 grid gap-x-4 gap-y-1 sm:grid-cols-[auto_minmax(0,1fr)] sm:gap-y-2">
          {[
            [t('key.matter'), names.matter],
            [t('key.kind'), names.kind],
            [t('key.by'), names.by],
          ].map(([label, value]) => (
            <div key={label} className="grid grid-cols-subgrid sm:col-span-2">
              <dt className="text-sub">{label}</dt>
              <dd className="font-700">{value}</dd>
            </div>
          ))}
          <div className="grid grid-cols-subgrid sm:col-span-2">
            <dt className="text-sub">{t('key.fingerprint')}</dt>
            <dd className="font-mono">{request ? fingerprint(request.text) : '―'}</dd>
          </div>
        </dl>
        <div className="rounded-8 bg-shade p-2 sm:p-4">
          <div className="mx-auto max-w-[210mm]">{children}</div>
        </div>
      </div>
    </Dialog>
  );
}
