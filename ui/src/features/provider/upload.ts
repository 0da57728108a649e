// Sends one file with progress. fetch cannot tell how much has gone out, so this is the one place that uses XMLHttpRequest.
import { csrfHeader, idempotencyHeader, newIdempotencyKey } from '../../api/client';
import { networkProblem, problemOf } from '../../api/problem';
import { fileTypes } from '../matters/media';
import type { FileRef } from './queries';

// A page that only sends looks idle to the server: somebody is at work here all the same.
const lookInEveryMs = 5 * 60_000;

export function typeByName(file: File): string {
  return fileTypes[file.name.split('.').pop()?.toLowerCase() ?? ''] ?? file.type;
}

export interface Upload {
  done: Promise<FileRef>;
  cancel: () => void;
}

export function uploadFile(matter: string, file: File, csrf: string, onProgress: (bytes: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<FileRef>((resolve, reject) => {
    request.open('POST', `/api/matters/${matter}/files?name=${encodeURIComponent(file.name)}`);
    request.responseType = 'json';
    request.setRequestHeader('Content-Type', typeByName(file));
    request.setRequestHeader('Accept', 'application/json, application/problem+json');
    request.setRequestHeader(csrfHeader, csrf);
    request.setRequestHeader(idempotencyHeader, newIdempotencyKey());
    let lookedIn = Date.now();
    request.upload.onprogress = (event) => {
      onProgress(event.loaded);
      if (Date.now() - lookedIn < lookInEveryMs) return;
      lookedIn = Date.now();
      void fetch('/api/session', { headers: { Accept: 'application/json' } }).catch(() => undefined);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as FileRef);
      else reject(problemOf(request.status, request.response));
    };
    request.onerror = () => reject(networkProblem());
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}
