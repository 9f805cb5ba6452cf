import { t, texts } from '../../lib/i18n/texts.svelte';

/** Return what an action is called. */
export function actionName(action: string): string {
  const key = `action-${action.replaceAll('.', '-').replaceAll('_', '-')}`;
  return texts.has(key) ? t(key) : action;
}
