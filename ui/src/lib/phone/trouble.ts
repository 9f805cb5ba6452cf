import { t } from '../i18n/texts.svelte';

/** Return in words why there is no microphone. `talking`: a call goes on meanwhile. */
export function micTrouble(error: unknown, talking = false): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') return t('phone-mic-refused');
  if (name === 'NotReadableError') return t('phone-mic-taken');
  return t(talking ? 'phone-mic-lost' : 'phone-mic-none');
}
