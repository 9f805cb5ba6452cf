import type { TextByLocale } from '../../lib/api/types';
import type { Desk } from '../../lib/desk/desk.svelte';
import { channelName, languageName, networkName, queueName } from '../../lib/desk/words';
import { t, texts } from '../../lib/i18n/texts.svelte';
import { exactSpan } from '../../lib/text/spans';
import type { Action, Condition, Done, Finding, Rule } from './types';

/** Names that the desk does not hold by itself; a page that shows sentences reads them once. */
export interface Names {
  classes: readonly { id: string; key: string; name: TextByLocale }[];
  webhooks: readonly { id: string; name: string }[];
  tags: readonly { id: string; name: string }[];
}

export const NO_NAMES: Names = { classes: [], webhooks: [], tags: [] };

function list(values: readonly string[], type: 'conjunction' | 'disjunction'): string {
  return new Intl.ListFormat(texts.locale, { type }).format(values);
}

function quoted(value: string): string {
  return texts.locale === 'de' ? `„${value}“` : `“${value}”`;
}

/** Return how a value of a field is called. */
export function valueName(field: string, value: string, desk: Desk, names: Names): string {
  switch (field) {
    case 'text': return quoted(value);
    case 'channel': return channelName(value, desk);
    case 'queue': return queueName(value, desk);
    case 'network': return networkName(value);
    case 'language': return languageName(value) || value;
    case 'skill': {
      const skill = desk.skills.find((s) => s.key === value);
      return texts.pick(skill?.name, value);
    }
    case 'work_class': {
      const one = names.classes.find((c) => c.id === value);
      return texts.pick(one?.name, one?.key ?? value);
    }
    case 'waiting_s': return exactSpan(Number(value), texts.locale);
    case 'customer_value': case 'priority': case 'followers': return texts.number(Number(value));
    case 'time': return value;
    case 'tag': return names.tags.find((tag) => tag.id === value)?.name ?? '…';
  }
  return t(`rule-value-${value.replaceAll('_', '-')}`);
}

/** Return a condition in words. */
export function conditionWords(condition: Condition, desk: Desk, names: Names): string {
  const all = condition.op === 'contains_all' || condition.op === 'between';
  const values = list(condition.values.map((v) => valueName(condition.field, v, desk, names)), all ? 'conjunction' : 'disjunction');
  return t('rule-condition', { field: t(`rule-field-${condition.field.replaceAll('_', '-')}`), op: t(`rule-op-${condition.op.replaceAll('_', '-')}`), values });
}

/** Return what an action does, in words. */
export function actionWords(action: Pick<Action, 'verb' | 'value'> & { level?: number }, desk: Desk, names: Names): string {
  const value = action.value ?? '';
  switch (action.verb) {
    case 'queue': return t('rule-do-queue', { value: queueName(value, desk) });
    case 'skill': return t('rule-do-skill', { value: valueName('skill', value, desk, names) });
    case 'priority': return t('rule-do-priority', { value });
    case 'class': return t('rule-do-class', { value: valueName('work_class', value, desk, names) });
    case 'notify': return t('rule-do-notify', { value: desk.state.agents.get(value)?.name ?? t('someone') });
    case 'approval': return t(`rule-do-approval-${value || 'everybody'}`);
    case 'assign': return t('rule-do-assign', { value: desk.state.agents.get(value)?.name ?? t('someone') });
    case 'webhook': return t('rule-do-webhook', { value: names.webhooks.find((w) => w.id === value)?.name ?? '…' });
    case 'close': {
      const code = desk.codes.find((c) => c.id === value);
      return t('rule-do-close', { value: texts.pick(code?.name, code?.key ?? '…') });
    }
    case 'note': return value ? t('rule-do-note', { value: quoted(short(value)) }) : t('rule-did-note');
    case 'acknowledge': return value ? t('rule-do-acknowledge', { value: quoted(short(value)) }) : t('rule-did-acknowledge');
    case 'tag': return t('rule-do-tag', { value: names.tags.find((tag) => tag.id === value)?.name ?? '…' });
  }
  return action.verb;
}

export function triggerWords(rule: Pick<Rule, 'trigger' | 'after_s'>): string {
  return t(`rule-when-${rule.trigger.replaceAll('_', '-')}`, { span: exactSpan(rule.after_s ?? 0, texts.locale) });
}

/** Return what became of an action, in words. */
export function doneWords(done: Done, desk: Desk, names: Names): string {
  const words = actionWords({ verb: done.verb, value: done.value ?? '' }, desk, names);
  if (done.outcome === 'done') return words;
  const key = `rule-why-${(done.why ?? '').replaceAll('_', '-')}`;
  return t('rule-not-done', { what: words, why: texts.has(key) ? t(key) : t('rule-why-other') });
}

/** Return which of the rule's own words were met. */
export function findingWords(finding: Finding, desk: Desk, names: Names): string {
  return conditionWords({ field: finding.field, op: finding.op, values: finding.met.length > 0 ? finding.met : ['…'] }, desk, names);
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
