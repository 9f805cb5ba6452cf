import type { Desk } from '../../lib/desk/desk.svelte';
import { channelName, queueName } from '../../lib/desk/words';
import { t, texts } from '../../lib/i18n/texts.svelte';
import type { Group } from './wall';

/** Return how a row of the wallboard is called. */
export function rowName(group: Group, key: string, desk: Desk): string {
  if (group === 'queues') return queueName(key, desk) || t('wall-unknown');
  if (group === 'channels') return channelName(key, desk) || t('wall-unknown');
  if (group === 'media') return t(`medium-${key}`);
  const skill = desk.skills.find((one) => one.key === key);
  return skill ? texts.pick(skill.name, skill.key) : key;
}
