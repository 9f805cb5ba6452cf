import type { Command } from '../../lib/desk/commands';
import type { Desk } from '../../lib/desk/desk.svelte';
import { t } from '../../lib/i18n/texts.svelte';
import type { Phone } from '../../lib/phone/phone.svelte';
import type { PhoneCall } from '../../lib/phone/types';

interface Deeds { take(call: PhoneCall): Promise<void>; refuse(call: PhoneCall): Promise<void>; transfer(): void; consult(): void; keypad(): void }

/** Return the leg of the person who is consulted, if there is one. */
export function secondOf(call: PhoneCall): string | undefined {
  if (call.where === 'phone') return call.seconds[0];
  return Object.keys(call.legs).find((leg) => leg !== 'caller' && leg !== call.leg_id && call.users[leg] !== undefined);
}

/** Return what can be done with the phone now: the bar, the command menu and the keys all read this one list. */
export function phoneCommands(desk: Desk, phone: Phone, deeds: Deeds): Command[] {
  const rings = phone.ringing;
  const call = phone.current;
  const dialled = !!call?.outgoing && call.stage === 'dialling';
  const mine = !!call && call.mine && !call.listens && !dialled;
  const here = !!call && call.where === 'desk';
  const second = call ? secondOf(call) : undefined;
  const withSecond = !!call && second !== undefined && call.bridge.includes(second) && call.bridge.includes(call.leg_id);
  const all = withSecond && call!.bridge.includes('caller');
  const act = (verb: string, body?: object) => (): Promise<boolean> | undefined => (call ? phone.act(call, verb, body) : undefined);
  return [
    { id: 'phone-take', group: 'work', title: t('phone-take'), keys: 'F2', when: rings?.where === 'desk', run: () => rings && deeds.take(rings) },
    { id: 'phone-refuse', group: 'work', title: t('phone-refuse'), when: !!rings, run: () => rings && deeds.refuse(rings) },
    { id: 'phone-hold', group: 'work', title: t('phone-hold'), keys: 'F4', when: mine && !call!.caller_held, run: act('hold') },
    { id: 'phone-resume', group: 'work', title: t('phone-resume'), keys: 'F4', when: mine && call!.caller_held && !second, run: act('resume') },
    { id: 'phone-mute', group: 'work', title: phone.muted ? t('phone-unmute') : t('phone-mute'), keys: 'F8', when: here && !call!.listens, run: () => phone.mute(!phone.muted) },
    { id: 'phone-keypad', group: 'work', title: t('phone-keypad'), keys: 'shift+F2', when: !!call && !call.listens && !dialled, run: deeds.keypad },
    { id: 'phone-consult', group: 'work', title: t('phone-consult'), keys: 'shift+F4', when: mine && !second, run: deeds.consult },
    { id: 'phone-transfer', group: 'work', title: t('phone-transfer'), keys: 'shift+F8', when: mine && !second && desk.may('work.transfer'), run: deeds.transfer },
    { id: 'phone-join', group: 'work', title: t('phone-join'), when: mine && withSecond && !all, run: act('join') },
    { id: 'phone-complete', group: 'work', title: t('phone-complete'), when: mine && withSecond && desk.may('work.transfer'), run: act('hand-over') },
    { id: 'phone-back', group: 'work', title: t('phone-back'), when: mine && second !== undefined, run: act('back') },
    { id: 'phone-record', group: 'work', title: t('phone-record'), when: mine && call!.may_record && call!.records === 'off' && !call!.asks, run: () => call && phone.askToRecord(call) },
    { id: 'phone-record-pause', group: 'work', title: t('phone-record-pause'), when: mine && call!.records === 'on', run: act('record', { mode: 'pause' }) },
    { id: 'phone-record-on', group: 'work', title: t('phone-record-on'), when: mine && call!.records === 'paused', run: act('record', { mode: 'on' }) },
    { id: 'phone-record-stop', group: 'work', title: t('phone-record-stop'), when: mine && call!.records !== 'off', run: act('record', { mode: 'off' }) },
    { id: 'phone-leave', group: 'work', title: t('phone-leave'), keys: 'F9', when: !!call, run: () => call && phone.leave(call) },
  ];
}
