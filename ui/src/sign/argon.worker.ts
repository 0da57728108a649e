// Argon2id off the page's thread: 19 MiB and two passes take a few hundred milliseconds in JavaScript.
import { argon2id } from '@noble/hashes/argon2.js';
import { argonCost } from './keyfile_cost';

interface Request {
  pin: Uint8Array;
  salt: Uint8Array;
}

self.onmessage = (event: MessageEvent<Request>) => {
  const { pin, salt } = event.data;
  const stretched = argon2id(pin, salt, argonCost);
  pin.fill(0);
  self.postMessage(stretched);
};
