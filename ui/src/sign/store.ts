// Where this device keeps a person's sealed key file and, apart from it, the device secret that belongs to it: two stores of one IndexedDB
// database. The secret is random, made with the key, and worthless without file and PIN. Another browser means another key, admitted anew.
import { KeyError, readKeyfileHead } from './keyfile';

const kDatabase = 'warifu-keys';
const kKeyfiles = 'keyfiles'; // "<org>/person/<id>" -> key file text
const kDevice = 'device'; // "<org>/person/<id>" -> 32 bytes

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(kDatabase, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(kKeyfiles);
      request.result.createObjectStore(kDevice);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the key store of this device cannot be opened'));
  });
}

async function run<T>(store: string, mode: IDBTransactionMode, work: (objects: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await openDatabase();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('the key store of this device refused the change'));
    });
  } finally {
    database.close();
  }
}

export interface StoredKey {
  keyfile: string;
  device: Uint8Array;
}

const nameOf = (org: string, person: string) => `${org}/person/${person}`;

export async function loadKey(org: string, person: string): Promise<StoredKey> {
  const name = nameOf(org, person);
  const keyfile = await run<unknown>(kKeyfiles, 'readonly', (objects) => objects.get(name));
  const device = await run<unknown>(kDevice, 'readonly', (objects) => objects.get(name));
  if (typeof keyfile !== 'string' || !(device instanceof Uint8Array) || device.length !== 32) throw new KeyError('no-key');
  return { keyfile, device };
}

// Keeps a key file under the name it states. The secret first: a file without its secret would look usable and never open.
export async function saveKey(keyfile: string, device: Uint8Array): Promise<void> {
  const head = readKeyfileHead(keyfile);
  if (device.length !== 32) throw new KeyError('bad-keyfile', 'device');
  const name = nameOf(head.org, head.person);
  await run(kDevice, 'readwrite', (objects) => objects.put(device, name));
  await run(kKeyfiles, 'readwrite', (objects) => objects.put(keyfile, name));
  await navigator.storage?.persist?.();
}

export async function forgetKey(org: string, person: string): Promise<void> {
  const name = nameOf(org, person);
  await run(kKeyfiles, 'readwrite', (objects) => objects.delete(name));
  await run(kDevice, 'readwrite', (objects) => objects.delete(name));
}
