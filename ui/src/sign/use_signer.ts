// PIN in, signature line out: opens the key file of this device, signs once, wipes the seed. Errors become sentences for the PIN field.
import { useTranslation } from 'react-i18next';
import { type Shown, signAct, TextDiffers } from './act';
import { stretchInWorker } from './argon';
import { equal } from './bytes';
import { KeyError, openKeyfile, type Stretch } from './keyfile';
import { PasskeyError } from './passkey';
import { loadKey } from './store';

export interface ToSign {
  text: string; // the act's note text, exactly as the server proposed it
  body: Uint8Array; // the canonical JSON bytes that the text's body line names
  shown: Shown; // what this page shows the person
  publicKey?: Uint8Array; // the key the organisation's directory has for this person, when known
}

export async function signWithPin(request: ToSign, pin: string, stretch: Stretch = stretchInWorker): Promise<string> {
  const { org, person } = request.shown.by;
  const stored = await loadKey(org, person);
  const key = await openKeyfile(stored.keyfile, pin, stored.device, stretch);
  if (request.publicKey && !equal(request.publicKey, key.publicKey)) {
    key.seed.fill(0);
    throw new KeyError('other-key', 'public');
  }
  return signAct(request.text, request.body, request.shown, key);
}

export function useSigningSentence(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (error instanceof TextDiffers) {
      switch (error.part) {
        case 'body':
          return t('key.differsBody');
        case 'text':
          return t('key.badText', { line: error.line });
        case 'matter':
        case 'kind':
        case 'by':
          return t('key.differsField', { field: t(`key.${error.part}`) });
      }
    }
    if (error instanceof PasskeyError) {
      switch (error.problem) {
        case 'unsupported':
          return t('passkey.unsupported');
        case 'cancelled':
          return t('passkey.cancelled');
        case 'held':
          return t('passkey.held');
        case 'address':
          return t('passkey.address');
        case 'failed':
          return t('passkey.failed', { message: error.detail });
      }
    }
    if (error instanceof KeyError) {
      switch (error.problem) {
        case 'wrong-pin':
          return t('key.wrongPin');
        case 'bad-pin':
          return t('key.pinTooShort');
        case 'bad-keyfile':
          return t('key.badKeyfile');
        case 'no-key':
          return t('key.noDevice');
        case 'other-key':
          return t('key.expired');
      }
    }
    return t('key.failed', { message: error instanceof Error ? error.message : String(error) });
  };
}
