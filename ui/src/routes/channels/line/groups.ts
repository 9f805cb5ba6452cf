import type { FormField } from '../schema';

/** The parts of a line's form, in the order in which somebody sets one up. */
export const GROUPS = ['exchange', 'line', 'reception', 'waiting', 'recording', 'out', 'page'] as const;
export type Group = (typeof GROUPS)[number];

const NAMES: Record<Group, string> = {
  exchange: 'url username password app phone trunk allowed transfer_context music_class sound_folder headers',
  line: 'numbers everything person region language',
  reception: 'closed withheld message_s calls_from_number',
  waiting: 'ring_s music announce announce_every_s',
  recording: 'recording',
  out: 'caller_id dial_prefixes calls_an_hour calls_of_person',
  page: 'title colour page_language theme privacy_url call_backs allowed_origins',
};
const PLACES = new Map(GROUPS.flatMap((group) => NAMES[group].split(' ').map((name) => [name, group] as const)));
/** What has controls of its own, which say more than a field could. */
export const OWN = ['driver', 'menus', 'first_menu', 'texts', 'sounds', 'call_back_digit'] as const;

/** Return a part's plain fields; what nobody placed stands with the line itself. */
export function fieldsOf(form: FormField[], group: Group): FormField[] {
  return form.filter((field) => !(OWN as readonly string[]).includes(field.name) && (PLACES.get(field.name) ?? 'line') === group);
}
