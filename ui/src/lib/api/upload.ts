import { API, api } from './client';
import { readProblem, Unreachable } from './problem';
import type { Attachment } from './types';
import { uuid7 } from '../text/uuid7';

export interface Sending { done: Promise<Attachment>; cancel(): void }

/** Send a file and tell how far it is, from 0 to 1; what is cancelled leaves nothing. (`fetch` tells no progress.) */
export function upload(form: FormData, progress: (share: number) => void): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<Attachment>((resolve, reject) => {
    request.open('POST', `${API}/attachments`);
    for (const [name, value] of Object.entries(api.writeHeaders(uuid7()))) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = () => reject(new Unreachable(new Error('upload')));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as Attachment);
      else {
        const headers = { 'content-type': request.getResponseHeader('content-type') ?? '' };
        void readProblem(new Response(request.responseText, { status: request.status, headers })).then(reject);
      }
    };
    request.send(form);
  });
  return { done, cancel: () => request.abort() };
}
