// A demonstration hands a PIN-sealed key file to the browser, so that one can try the approver's desk at once. No other node does.
import { api } from '../api/api';
import { take } from '../api/client';
import type { Session } from '../api/session';
import { fromBase64 } from './bytes';
import { KeyError } from './keyfile';
import { loadKey, saveKey } from './store';

export async function ensureDemoKey(session: Session): Promise<void> {
  if (!session.is_demo) return;
  const given = await take(api.GET('/api/me/keyfile'));
  // The demo may have been made anew since the last visit: the file on the device counts only while it is the same.
  const held = await loadKey(session.organisation, session.person).catch((error: unknown) => {
    if (error instanceof KeyError) return null;
    throw error;
  });
  if (held?.keyfile === given.keyfile) return;
  const device = fromBase64(given.device_secret.trim());
  if (!device) throw new KeyError('bad-keyfile', 'device');
  await saveKey(given.keyfile, device);
}
