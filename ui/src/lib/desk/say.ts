import { Problem, Unreachable } from '../api/problem';
import { t, texts } from '../i18n/texts.svelte';
import { toasts } from './toasts.svelte';

/** Return what went wrong in words for a person: the server's own, or ours for its stable code. */
export function problemText(error: unknown): string {
  if (error instanceof Unreachable) return t('error-unreachable');
  if (error instanceof Problem) {
    if (error.detail) return error.detail;
    const key = `problem-${error.code.replaceAll('_', '-')}`;
    return texts.has(key) ? t(key) : error.title || t('error-unknown', { code: error.code });
  }
  return t('error-unknown', { code: error instanceof Error ? error.message : String(error) });
}

/** Show a failure that the caller cannot show in place. */
export function sayFailure(what: string, error: unknown): void {
  toasts.show('bad', what, problemText(error));
}
