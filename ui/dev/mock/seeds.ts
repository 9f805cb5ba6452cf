/** Invented enquiries for the mock: a made-up energy company, made-up people. */

export interface Seed {
  channel: 'mastodon' | 'mastodon-dm' | 'email' | 'webchat' | 'sandbox' | 'telegram';
  name: string; handle: string; language: string; queue: 'service' | 'billing' | 'outage'; subject?: string;
  agoMin: number; dueMin: number | null; state?: string; mine?: boolean; reason?: { code: string; [k: string]: unknown };
  messages: { from: 'in' | 'out' | 'note'; text: string; ago: number; html?: string; edited?: boolean; deleted?: boolean; automatic?: boolean; delivery?: string; error?: string; warning?: string; image?: boolean; file?: boolean }[];
  person?: string;
}

export const SEEDS: Seed[] = [
  { channel: 'mastodon', name: 'Jette Brandt', handle: '@jette@nordsee.example', language: 'de', queue: 'outage', agoMin: 47, dueMin: -12, reason: { code: 'longest_waiting' }, person: 'jette',
    messages: [{ from: 'in', ago: 47, text: 'Seit heute früh kein Strom in der Deichstraße, und eure Störungskarte zeigt alles grün. @kiebitz, lest ihr hier mit? 🙄', image: true }] },
  { channel: 'email', name: 'Dr. Holger Ahlers', handle: 'ahlers@example.org', language: 'de', queue: 'billing', agoMin: 38, dueMin: 6, subject: 'Jahresabrechnung 2025, Kundennummer 4471 902', reason: { code: 'longest_waiting' },
    messages: [{ from: 'in', ago: 38, text: 'Sehr geehrte Damen und Herren,\n\nin der beigefügten Abrechnung steht ein Verbrauch von 11.380 kWh. Im Vorjahr waren es 3.120 kWh, an unserem Haushalt hat sich nichts geändert. Der Zählerstand auf dem Foto weicht deutlich von dem Ihrer Ablesung ab.\n\nBitte prüfen Sie das, bevor Sie den neuen Abschlag einziehen.\n\nMit freundlichen Grüßen\nHolger Ahlers',
      html: '<p>Sehr geehrte Damen und Herren,</p><p>in der beigefügten Abrechnung steht ein Verbrauch von <b>11.380 kWh</b>. Im Vorjahr waren es <b>3.120 kWh</b>, an unserem Haushalt hat sich nichts geändert.</p><table border="1" cellpadding="6"><tr><th>Jahr</th><th>kWh</th></tr><tr><td>2024</td><td>3.120</td></tr><tr><td>2025</td><td>11.380</td></tr></table><p>Mit freundlichen Grüßen<br>Holger Ahlers</p><img src="https://tracker.example.com/p.gif">', file: true }] },
  { channel: 'webchat', name: 'Besucherin', handle: '', language: 'pl', queue: 'service', agoMin: 4, dueMin: 11, reason: { code: 'skilled', skills: ['pl'] },
    messages: [{ from: 'in', ago: 4, text: 'Dzień dobry, czy mogę zmienić dane do faktury?' }, { from: 'in', ago: 3, text: 'Przeprowadziłam się w październiku.' }] },
  { channel: 'sandbox', name: 'Mehmet Yıldız', handle: '@mehmet', language: 'de', queue: 'service', agoMin: 22, dueMin: 38, reason: { code: 'last_agent', agent_id: 'a-jana' },
    messages: [{ from: 'in', ago: 2000, text: 'Wie lange dauert der Wechsel zu eurem Öko-Tarif eigentlich?' }, { from: 'out', ago: 1980, text: 'Hallo Mehmet, in der Regel drei Wochen. Um die Kündigung beim alten Anbieter kümmern wir uns.', delivery: 'delivered' }, { from: 'in', ago: 22, text: 'Danke! Jetzt hat mein alter Anbieter aber geschrieben, er wisse von nichts. Was nun?' }] },
  { channel: 'mastodon', name: 'Ines ✨', handle: '@ines@chaos.example', language: 'de', queue: 'service', agoMin: 19, dueMin: 41, reason: { code: 'longest_waiting' },
    messages: [{ from: 'in', ago: 19, text: 'Kleines Lob zwischendurch: Der Techniker heute Morgen in Husum war pünktlich, freundlich und hat sogar die Schuhe ausgezogen 👏👏', edited: true }] },
  { channel: 'email', name: 'Marlies Petersen', handle: 'm.petersen@example.net', language: 'de', queue: 'billing', agoMin: 18, dueMin: 42, subject: 'Abschlag senken', reason: { code: 'returned', by: 'expired' },
    messages: [{ from: 'in', ago: 18, text: 'Guten Tag, ich bin seit diesem Monat in Rente und möchte meinen Abschlag von 142 auf 95 Euro senken lassen. Geht das zum 1. Dezember?' }] },
  { channel: 'telegram', name: 'Oleh K.', handle: '@oleh_k', language: 'uk', queue: 'service', agoMin: 15, dueMin: 45, reason: { code: 'longest_waiting' },
    messages: [{ from: 'in', ago: 15, text: 'Добрий день! Чи можна отримати рахунок англійською?' }] },
  { channel: 'webchat', name: 'Tom Hansen', handle: 'tom.hansen@example.com', language: 'de', queue: 'outage', agoMin: 12, dueMin: 3, state: 'active', mine: true, person: 'tom', reason: { code: 'longest_waiting' },
    messages: [{ from: 'in', ago: 12, text: 'Hallo? Bei uns flackert seit einer Stunde das Licht.' }, { from: 'out', ago: 10, text: 'Guten Tag Herr Hansen, das schauen wir uns sofort an. In welcher Straße wohnen Sie?', delivery: 'read' }, { from: 'in', ago: 9, text: 'Lindenweg 14, Husum. Die Nachbarn haben es auch.' }, { from: 'note', ago: 8, text: 'Netzleitstelle sagt: Trafo Lindenweg, Trupp ist unterwegs (ca. 13:40).' }, { from: 'in', ago: 1, text: 'Gibt es schon etwas Neues?' }] },
  { channel: 'mastodon', name: 'Kommune Watt', handle: '@watt@energie.example', language: 'de', queue: 'service', agoMin: 64, dueMin: 20, state: 'active', mine: true, reason: { code: 'taken_by_hand' },
    messages: [{ from: 'in', ago: 64, text: 'Frage an @kiebitz: Ab wann kann man bei euch Mieterstrom bekommen? Auf der Website steht nur „demnächst“.', warning: undefined }, { from: 'out', ago: 30, text: '@watt@energie.example Moin! Ab dem 1. März 2027, die Anmeldung öffnet im Januar: https://example.com/mieterstrom', delivery: 'sent' }, { from: 'in', ago: 25, text: 'Super, danke! Und gilt das auch für Häuser mit nur vier Wohnungen?' }] },
  { channel: 'mastodon-dm', name: 'Jette Brandt', handle: '@jette@nordsee.example', language: 'de', queue: 'outage', agoMin: 5, dueMin: 55, person: 'jette', reason: { code: 'longest_waiting' },
    messages: [{ from: 'in', ago: 5, text: 'Meine Kundennummer wollte ich nicht öffentlich schreiben: 2209 118. Deichstraße 7.' }] },
  { channel: 'email', name: 'Jette Brandt', handle: 'jette.brandt@example.org', language: 'de', queue: 'billing', agoMin: 9000, dueMin: null, subject: 'Umzug zum 1. August', state: 'closed', person: 'jette',
    messages: [{ from: 'in', ago: 9000, text: 'Ich ziehe um und nehme den Vertrag mit.' }, { from: 'out', ago: 8900, text: 'Gern, Frau Brandt. Der Umzug ist eingetragen.', delivery: 'delivered' }] },
  { channel: 'email', name: 'Rolf Tiedemann', handle: 'tiedemann@example.org', language: 'de', queue: 'billing', agoMin: 300, dueMin: -20, subject: 'Widerruf', state: 'active', reason: { code: 'transferred', agent_id: 'a-jana' },
    messages: [{ from: 'in', ago: 300, text: 'Hiermit widerrufe ich den Vertrag vom 12.11. fristgerecht.' }] },
  { channel: 'sandbox', name: 'Lea', handle: '@lea_im_norden', language: 'de', queue: 'service', agoMin: 8, dueMin: 52, reason: { code: 'longest_waiting' },
    messages: [{ from: 'in', ago: 8, text: 'kann mir jemand sagen warum mein konto gesperrt ist??? sitze hier mit kind und ohne warmwasser', warning: 'Ärger, Kinder' }] },
  { channel: 'mastodon', name: 'Sven', handle: '@sven@ruhr.example', language: 'de', queue: 'service', agoMin: 33, dueMin: 27, reason: { code: 'longest_waiting' },
    messages: [{ from: 'in', ago: 33, text: '', deleted: true }] },
  { channel: 'email', name: 'Grace Okafor', handle: 'g.okafor@example.com', language: 'en', queue: 'service', agoMin: 26, dueMin: 34, subject: 'Meter reading for my new flat', reason: { code: 'longest_waiting' },
    messages: [{ from: 'in', ago: 26, text: 'Hello,\nI moved into Hafenstraße 22 on Saturday. Where do I send the meter reading, and do I need the landlord’s signature?\nKind regards\nGrace' }] },
  { channel: 'webchat', name: 'Frau Lorenzen', handle: '', language: 'de', queue: 'service', agoMin: 1, dueMin: 14, reason: { code: 'longest_waiting' },
    messages: [{ from: 'in', ago: 1, text: 'Guten Tag, ich komme nicht mehr in mein Kundenkonto.' }] },
  { channel: 'email', name: 'Hausverwaltung Krogh', handle: 'post@krogh.example', language: 'de', queue: 'billing', agoMin: 1500, dueMin: null, subject: 'Zählerstände Objekt 17', state: 'parked', mine: true,
    messages: [{ from: 'in', ago: 1500, text: 'Anbei die Zählerstände der zwölf Wohnungen.', file: true }, { from: 'out', ago: 1400, text: 'Vielen Dank, wir melden uns nach der Prüfung.', delivery: 'delivered' }] },
  { channel: 'email', name: 'Annika Voß', handle: 'annika.voss@example.org', language: 'de', queue: 'service', agoMin: 500, dueMin: null, subject: 'Danke!', state: 'closed',
    messages: [{ from: 'in', ago: 500, text: 'Hat alles geklappt, vielen Dank!' }] },
  { channel: 'mastodon', name: 'Piet', handle: '@piet@hafen.example', language: 'de', queue: 'outage', agoMin: 90, dueMin: 10, state: 'active', mine: true, reason: { code: 'reopened' },
    messages: [{ from: 'in', ago: 90, text: 'Wann ist der Strom in Nordstrand wieder da?' }, { from: 'out', ago: 85, text: 'Moin Piet, voraussichtlich gegen 14 Uhr.', delivery: 'dead', error: 'Das Konto wurde gelöscht.' }, { from: 'out', ago: 80, text: 'Der Trupp ist vor Ort.', delivery: 'unknown', error: 'Zeitüberschreitung nach dem Senden' }] },
];
