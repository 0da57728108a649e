import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { sessionQuery } from '../../api/session';
import { setLanguage } from '../../i18n';
import { SignEntryDialog } from './SignEntryDialog';

const org = 'kakuu-police.example';
const person = 'a'.repeat(32);
const text = `warifu-person/v1\nlog.example\norg ${org}\nperson ${person}\nrole registrar unit -\nkey ed25519 ${'A'.repeat(43)}=\ndelegator -\nvalid 1 2\nprev -\n`;

beforeEach(() => {
  setLanguage('en');
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
});

async function shown(passkeys: object[]) {
  const client = new QueryClient();
  client.setQueryData(sessionQuery.queryKey, { organisation: org, person: 'b'.repeat(32), is_demo: false, passkeys } as never);
  render(
    <QueryClientProvider client={client}>
      <SignEntryDialog
        title="Admit"
        lead="A lead."
        facts={[]}
        verb="Sign"
        shown={{ person, role: 'registrar' }}
        prepare={async () => ({ text, signer: '' }) as never}
        commit={async () => undefined}
        onDone={() => {}}
        onClose={() => {}}
      />
    </QueryClientProvider>,
  );
  await screen.findByText('PIN');
}

it('tells somebody with a passkey that it signs no entry of the directory', async () => {
  await shown([{ credential: 'AA==', device: 'key' }]);
  expect(screen.getByText(/which a passkey cannot make\. Use the PIN/)).toBeTruthy();
});

it('says nothing of passkeys to somebody who has none', async () => {
  await shown([]);
  expect(screen.queryByText(/passkey/)).toBeNull();
});
