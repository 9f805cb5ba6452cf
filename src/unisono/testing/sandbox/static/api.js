// The page's way to the server. Who the visitor is, is kept in this tab only.

const face = document.documentElement.dataset.face;
const place = `sandbox:${face}:token`;
export let token = sessionStorage.getItem(place) ?? '';

export const become = (given) => {
  token = given;
  if (given) sessionStorage.setItem(place, given); else sessionStorage.removeItem(place);
};

const authorisation = () => (token ? { authorization: `Bearer ${token}` } : {});

export class Refused extends Error {
  constructor(status, code, text) { super(text); this.status = status; this.code = code; }
}

export const ask = async (path, { method = 'GET', json, form } = {}) => {
  const headers = authorisation();
  if (json) headers['content-type'] = 'application/json';
  const answer = await fetch(`/${face}/web/${path}`, { method, headers, body: json ? JSON.stringify(json) : form, cache: 'no-store' });
  const told = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, told?.error ?? '', told?.message ?? answer.statusText);
  return told;
};

/** Calls `heard` for every event until `stop` is called; comes back by itself after a break, and says so. */
export const listen = (heard) => {
  const control = new AbortController();
  (async () => {
    for (let failures = 0; !control.signal.aborted;) {
      try {
        const answer = await fetch(`/${face}/web/stream`, { headers: authorisation(), signal: control.signal, cache: 'no-store' });
        if (answer.status === 401) { heard({ type: 'nobody' }); return; }
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        heard({ type: failures ? 'back' : 'begin' });
        failures = 0;
        for (let rest = ''; ;) {
          const { done, value } = await reader.read();
          if (done) break;
          rest += value;
          for (let end; (end = rest.indexOf('\n\n')) >= 0; rest = rest.slice(end + 2)) {
            const data = rest.slice(0, end).split('\n').find((line) => line.startsWith('data: '));
            if (data) heard(JSON.parse(data.slice(6)));
          }
        }
        failures = 1;
      } catch {
        failures += 1;
      }
      if (control.signal.aborted) return;
      if (failures > 2) heard({ type: 'offline' });
      await new Promise((done) => setTimeout(done, Math.min(500 * 2 ** failures, 10000)));
    }
  })();
  return () => control.abort();
};
