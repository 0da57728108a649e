// Sends one file with progress. fetch cannot tell how much has gone out, so this is the one place that uses XMLHttpRequest.
import { csrfHeader, idempotencyHeader, newIdempotencyKey } from '../../api/client';
import { networkProblem, problemOf } from '../../api/problem';
import { fileTypes } from '../matters/media';
import type { FileRef } from './queries';

export const fileBytesMax = 50 * 1024 * 1024;

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
    request.upload.onprogress = (event) => onProgress(event.loaded);
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
