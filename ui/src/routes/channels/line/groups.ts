import type { FormField } from '../schema';

/** The parts of a line's form, in the order in which somebody sets one up. */
export const GROUPS = ['exchange', 'line', 'reception', 'waiting', 'recording', 'out', 'page'] as const;
export type Group = (typeof GROUPS)[number];

const PLACES: Record<string, Group> = {
  url: 'exchange', username: 'exchange', password: 'exchange', app: 'exchange', phone: 'exchange', trunk: 'exchange', allowed: 'exchange',
  transfer_context: 'exchange', music_class: 'exchange', sound_folder: 'exchange', headers: 'exchange',
  closed: 'reception', withheld: 'reception', message_s: 'reception',
  ring_s: 'waiting', music: 'waiting', announce: 'waiting', announce_every_s: 'waiting',
  recording: 'recording',
  caller_id: 'out', dial_prefixes: 'out', calls_an_hour: 'out', calls_of_person: 'out',
  title: 'page', colour: 'page', page_language: 'page', theme: 'page', privacy_url: 'page', allowed_origins: 'page',
};
/** What has controls of its own, which say more than a field could. */
export const OWN = ['driver', 'menus', 'first_menu', 'texts', 'sounds', 'call_back_digit'] as const;

/** Return a part's plain fields; what nobody placed stands with the line itself. */
export function fieldsOf(form: FormField[], group: Group): FormField[] {
  return form.filter((field) => !(OWN as readonly string[]).includes(field.name) && (PLACES[field.name] ?? 'line') === group);
}
