/** Moments by the wall clock of a time zone, as form fields write them: `2026-12-24T13:00`. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** Return the wall clock of a zone at an instant, without seconds. Raises RangeError for a zone that does not exist. */
export function wallClock(at: string | number, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(new Date(at)).map((p) => [p.type, p.value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/** Return the instant at which a zone's wall clock shows this; the first one where it shows it twice, a later one where it never does. */
export function instantOf(wall: string, zone: string): string {
  const wanted = Date.parse(`${wall}Z`);
  let at = wanted;
  // The offset found at a first guess may be that of the other side of a change of the clocks; the second look is right.
  for (let look = 0; look < 2; look += 1) at = wanted - (Date.parse(`${wallClock(at, zone)}Z`) - at);
  return new Date(at).toISOString();
}
