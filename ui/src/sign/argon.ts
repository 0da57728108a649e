// Starts the Argon2id worker for one derivation and ends it: nothing of the PIN outlives the call.
import { trustedScriptUrl } from '../app/trusted_types';
import workerUrl from './argon.worker?worker&url';
import type { Stretch } from './keyfile';

export const stretchInWorker: Stretch = (pin, salt) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(trustedScriptUrl(workerUrl), { type: 'module' });
    const finish = (act: () => void) => {
      worker.terminate();
      act();
    };
    worker.onmessage = (event: MessageEvent<Uint8Array>) => finish(() => resolve(event.data));
    worker.onerror = (event) => finish(() => reject(new Error(`the key derivation could not run: ${event.message}`)));
    worker.postMessage({ pin, salt });
  });
