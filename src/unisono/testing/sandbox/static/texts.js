// Everything the page says, in both languages.

const TEXTS = {
  de: {
    skip: 'Zum Inhalt', home: 'Start', messages: 'Nachrichten', main_nav: 'Bereiche', nobody: 'Wer bist du?', as: 'Angemeldet als {name}',
    say: 'Was gibt’s?', say_page: 'Schreib etwas an {name} …', say_to: 'Nachricht an {name} …', reply_to: 'Antwort an {name} …',
    post: 'Posten', reply: 'Antworten', comment: 'Kommentieren', send: 'Senden', save: 'Speichern', cancel: 'Abbrechen',
    picture: 'Bild anhängen', alt: 'Was ist auf dem Bild zu sehen?', remove_picture: 'Bild entfernen', mention: '{name} erwähnen',
    left: '{n} Zeichen übrig', over: '{n} Zeichen zu viel', edit: 'Bearbeiten', delete: 'Löschen', edited: 'bearbeitet',
    company: 'Firma', direct: 'Nachricht schreiben', direct_about: 'Privat schreiben', all_comments: 'Alle {n} Antworten ansehen',
    new_posts: '{n} neue Beiträge', more: 'Ältere Beiträge',
    empty: 'Hier hat noch niemand etwas geschrieben. Mach den Anfang!', no_messages: 'Noch keine Nachrichten. Schreib einer Firma – sie antwortet hier.',
    thread: 'Beitrag', back: 'Zurück', gone: 'Der erste Beitrag wurde gelöscht.', who: 'Wer möchtest du sein?',
    who_text: 'Das hier ist eine Bühne: Such dir jemanden aus oder erfinde jemanden. Es braucht kein Passwort.',
    make_up: 'Jemanden erfinden', name: 'Name', dice: 'Namen würfeln', become: 'Los geht’s', choose: 'Oder jemanden aussuchen', search: 'Suchen',
    nobody_found: 'So heißt hier niemand.', change_person: 'Jemand anders sein', leave: 'Konto löschen',
    leave_ask: 'Das Konto von {name} löschen? Alles, was {name} geschrieben hat, verschwindet – auch bei den Firmen.',
    delete_ask: 'Diesen Beitrag löschen? Er verschwindet überall.', left_account: 'Das Konto ist gelöscht.', deleted: 'Gelöscht.',
    typing: '{name} schreibt …', answered: '{name} hat geantwortet.', wrote: '{name} hat dir geschrieben.', you: 'Du', page_of: 'Seite von {name}',
    on_page: 'an {name}', photo: 'Bild', close: 'Schließen', unread: '{n} ungelesen', to: 'An', error: 'Das hat nicht geklappt: {text}',
    offline: 'Keine Verbindung. Es wird weiter versucht.', post_of: 'Beitrag von {name}', companies: 'Firmen',
  },
  en: {
    skip: 'Skip to content', home: 'Home', messages: 'Messages', main_nav: 'Sections', nobody: 'Who are you?', as: 'Signed in as {name}',
    say: 'What’s up?', say_page: 'Write something to {name} …', say_to: 'Message to {name} …', reply_to: 'Reply to {name} …',
    post: 'Post', reply: 'Reply', comment: 'Comment', send: 'Send', save: 'Save', cancel: 'Cancel',
    picture: 'Add a picture', alt: 'What does the picture show?', remove_picture: 'Remove picture', mention: 'Mention {name}',
    left: '{n} characters left', over: '{n} characters too many', edit: 'Edit', delete: 'Delete', edited: 'edited',
    company: 'Company', direct: 'Send a message', direct_about: 'Write in private', all_comments: 'See all {n} replies',
    new_posts: '{n} new posts', more: 'Older posts',
    empty: 'Nobody has written anything here yet. Be the first!', no_messages: 'No messages yet. Write to a company – it answers here.',
    thread: 'Post', back: 'Back', gone: 'The first post was deleted.', who: 'Who would you like to be?',
    who_text: 'This is a stage: pick somebody or make somebody up. No password needed.',
    make_up: 'Make somebody up', name: 'Name', dice: 'Roll a name', become: 'Here we go', choose: 'Or pick somebody', search: 'Search',
    nobody_found: 'Nobody here has that name.', change_person: 'Be somebody else', leave: 'Delete account',
    leave_ask: 'Delete the account of {name}? Everything that {name} wrote disappears – at the companies as well.',
    delete_ask: 'Delete this post? It disappears everywhere.', left_account: 'The account is deleted.', deleted: 'Deleted.',
    typing: '{name} is writing …', answered: '{name} has answered.', wrote: '{name} has written to you.', you: 'You', page_of: 'Page of {name}',
    on_page: 'to {name}', photo: 'Picture', close: 'Close', unread: '{n} unread', to: 'To', error: 'That did not work: {text}',
    offline: 'No connection. Still trying.', post_of: 'Post by {name}', companies: 'Companies',
  },
};

const wanted = [new URLSearchParams(location.search).get('lang'), sessionStorage.getItem('sandbox:lang'), navigator.language];
export const lang = wanted.map((word) => (word ?? '').slice(0, 2).toLowerCase()).find((word) => TEXTS[word]) ?? 'en';
if (wanted[0]) sessionStorage.setItem('sandbox:lang', lang);
document.documentElement.lang = lang;

export const t = (key, values = {}) => TEXTS[lang][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');

const relative = new Intl.RelativeTimeFormat(lang, { numeric: 'auto', style: 'short' });
const exact = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
const date = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short' });

export const when = (text) => {
  const seconds = (Date.parse(text) - Date.now()) / 1000;
  if (seconds > -50) return lang === 'de' ? 'gerade eben' : 'just now';
  if (seconds > -3600) return relative.format(Math.round(seconds / 60), 'minute');
  if (seconds > -86400) return relative.format(Math.round(seconds / 3600), 'hour');
  return date.format(Date.parse(text));
};
export const exactly = (text) => exact.format(Date.parse(text));
