// One step that needs a person's own hand: the server proposes the text, this device shows it from the very bytes that will be signed, asks for
// the PIN or a passkey, signs, and hands it in. When the matter has changed meanwhile nothing is signed away: the caller shows the new text.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../api/api';
import { asProblem } from '../api/problem';
import { demoAccountsQuery, useSession } from '../api/session';
import { useWrite, type WriteHeaders } from '../api/use_write';
import { Banner, Button, Dialog, Skeleton } from '../components';
import { utf8 } from './bytes';
import { ensureDemoKey } from './demo_key';
import { PinDialog } from './PinDialog';
import { passkeysWork, signWithPasskey } from './passkey';
import { type ToSign, useSigningSentence } from './use_signer';

export interface SignStepProps {
  open: boolean;
  onClose: () => void;
  matter: string;
  matterName: string;
  kind: string; // what the page is about to do, e.g. inquiry.approved: any other proposal is refused
  kindName: string;
  verb: string;
  prepare: () => Promise<Schema<'Prepared'>>;
  commit: (signed: Schema<'SignedCommand'>, headers: WriteHeaders) => Promise<Schema<'Written'>>;
  show: (body: unknown) => ReactNode; // the wording, from the parsed body
  onDone: (written: Schema<'Written'>) => void;
  onStale: () => void;
}

interface Proposal {
  prepared: Schema<'Prepared'>;
  request: ToSign;
  body: unknown;
}

export function useDemoPin(): string | null {
  const session = useSession();
  const accounts = useQuery({ ...demoAccountsQuery, enabled: session.is_demo });
  return accounts.data?.find((one) => one.organisation === session.organisation && one.name === session.name)?.pin ?? null;
}

export function SignStep(props: SignStepProps) {
  const { open, onClose, matter, matterName, kind, kindName, verb, prepare, commit, show, onDone, onStale } = props;
  const { t } = useTranslation();
  const session = useSession();
  const sentence = useSigningSentence();
  const pin = useDemoPin();
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const write = useWrite<Schema<'SignedCommand'>, Schema<'Written'>>(commit, onDone);
  const { reset } = write;

  // biome-ignore lint/correctness/useExhaustiveDependencies: prepared once for each opening
  useEffect(() => {
    setProposal(null);
    setFailure(null);
    reset();
    if (!open) return;
    let current = true;
    const by = { org: session.organisation, role: session.role, person: session.person };
    void (async () => {
      try {
        await ensureDemoKey(session);
        const prepared = await prepare();
        const body = JSON.parse(prepared.body) as unknown;
        if (current) setProposal({ prepared, body, request: { text: prepared.text, body: utf8(prepared.body), shown: { matter, kind, by } } });
      } catch (error) {
        if (current) setFailure(error);
      }
    })();
    return () => {
      current = false;
    };
  }, [open]);

  const problem = asProblem(failure ?? write.error);
  const isStale = problem?.is('STALE', 'TEXT_DIFFERS') === true;
  useEffect(() => {
    if (isStale) onStale();
  }, [isStale, onStale]);

  if (open && (failure || write.error || !proposal)) {
    return (
      <Dialog open onClose={onClose} title={t('key.pinTitle')} actions={<Button onClick={onClose}>{t('app.close')}</Button>}>
        {failure || write.error ? <Banner tone="danger">{problem?.text() ?? sentence(failure ?? write.error)}</Banner> : <Skeleton lines={4} />}
      </Dialog>
    );
  }
  return (
    <PinDialog
      open={open && proposal !== null}
      onClose={onClose}
      request={proposal?.request ?? null}
      verb={verb}
      names={{ matter: matterName, kind: kindName, by: `${session.name} ${session.post}` }}
      hint={pin ? t('demo.pinHint', { pin }) : undefined}
      passkey={session.passkeys.length > 0 && passkeysWork() ? (request) => signWithPasskey(request, session) : undefined}
      onSigned={(signed) => {
        if (proposal) write.mutate({ text: proposal.prepared.text, body: proposal.prepared.body, ...signed });
      }}
    >
      {proposal ? show(proposal.body) : null}
    </PinDialog>
  );
}
