import { tick } from 'svelte';
import { Problem } from '../api/problem';
import { problemText } from '../desk/say';
import { t, texts } from '../i18n/texts.svelte';

/** A form that is being filled in: what is wrong at which field, and whether it is on its way. */
export class Form {
  errors = $state<Record<string, string>>({});
  /** What is wrong with no field of this form. */
  problem = $state('');
  busy = $state(false);

  /** `fields`: names that the server uses for what can be filled in here. */
  constructor(readonly fields: readonly string[]) {}

  /** Send unless something is `wrong` already. Returns whether it was taken; otherwise the first wrong field has the focus. */
  async send(element: HTMLElement | undefined, wrong: Record<string, string>, run: () => Promise<void>): Promise<boolean> {
    this.errors = wrong;
    this.problem = '';
    if (Object.keys(wrong).length === 0) {
      this.busy = true;
      try {
        await run();
        return true;
      } catch (error) {
        if (error instanceof Problem && error.field && this.fields.includes(error.field)) this.errors = { [error.field]: problemText(error) };
        else this.problem = problemText(error);
      } finally {
        this.busy = false;
      }
    }
    await tick();
    element?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    return false;
  }
}

/** Return what is wrong with a number, in words; empty when it is fine. */
export function numberWrong(value: number | null | undefined, minimum: number, maximum: number, optional = false): string {
  if (value === null || value === undefined) return optional ? '' : t('field-number');
  return value >= minimum && value <= maximum ? '' : t('field-range', { minimum: texts.typed(minimum), maximum: texts.typed(maximum) });
}

/** Return only what is wrong. */
export function onlyWrong(found: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(found).filter(([, words]) => words !== ''));
}

/** Let a form be sent from any of its fields by Ctrl+Enter or Ctrl+S, also from where Enter means a new line. */
export function saveKeys(form: HTMLFormElement): () => void {
  const onkeydown = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.isComposing) return;
    if (event.key !== 'Enter' && event.key.toLowerCase() !== 's') return;
    event.preventDefault();
    form.requestSubmit();
  };
  form.addEventListener('keydown', onkeydown);
  return () => form.removeEventListener('keydown', onkeydown);
}
