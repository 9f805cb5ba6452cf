# ruff: noqa: E501 - sentences of an agreement, each in two languages
"""The data about employees, table by table; the words are those of a works agreement. See `works_agreement`."""

from typing import Final

from msgspec import Struct


class Datum(Struct, frozen=True, kw_only=True):
    """What some columns of a table tell of people of the house. Pairs are German and English.

    seen_by: actions by which others see it; none: only oneself. kept: a key of how long.
    """

    table: str
    columns: tuple[str, ...]
    what: tuple[str, str]
    purpose: tuple[str, str]
    seen_by: tuple[str, ...]
    report: tuple[str, str]
    kept: str


def _datum(
    table: str, columns: str, what: tuple[str, str], purpose: tuple[str, str], seen_by: str, kept: str,
    report: tuple[str, str] = ("keiner", "none"),
) -> Datum:  # fmt: skip
    return Datum(
        table=table, columns=tuple(columns.split()), what=what, purpose=purpose, seen_by=tuple(seen_by.split()), report=report,
        kept=kept,
    )  # fmt: skip


DATA: Final = (
    _datum(
        "app_user", "id login login_key name name_key email locale theme password_hash created_at disabled_at service",
        ('Konto: Anmeldename, Name, E-Mail, Sprache, Kennwort als Prüfwert', 'Account: login, name, e-mail, language, password as a hash'),
        ('Anmelden, und wissen, mit wem man arbeitet', 'Logging in, and knowing whom one works with'),
        "user.read user.manage agent.read", "account",
    ),
    _datum(
        "role_grant", "user_id",
        ('Rollen, und wo sie gelten', 'Roles, and where they hold'),
        ('Nur sehen und tun, was man darf', 'Seeing and doing only what one may'),
        "user.read", "account",
    ),
    _datum(
        "team_member", "user_id",
        ('Zugehörigkeit zu Teams', 'Membership of teams'),
        ('Verteilen der Arbeit', 'Distributing work'),
        "user.read", "account",
    ),
    _datum(
        "session", "user_id",
        ('Sitzungen: Beginn, letzte Tätigkeit, Browser', 'Sessions: beginning, last activity, browser'),
        ('Angemeldet bleiben; fremde Sitzungen beenden', 'Staying logged in; ending strange sessions'),
        "", "session",
    ),
    _datum(
        "api_token", "user_id",
        ('Zugänge für Programme, und wann sie zuletzt benutzt wurden', 'Access for programs, and when it was last used'),
        ('Programme im eigenen Namen arbeiten lassen', "Letting programs work in one's name"),
        "", "account",
    ),
    _datum(
        "one_time_link", "user_id",
        ('Einmal-Links zum Setzen des Kennworts', 'One-time links to set the password'),
        ('Kennwort setzen', 'Setting a password'),
        "", "link",
    ),
    _datum(
        "push_device", "user_id",
        ('Geräte, die Benachrichtigungen bekommen', 'Devices that get notifications'),
        ('Benachrichtigen, auf eigenen Wunsch', "Notifying, at one's own wish"),
        "", "own",
    ),
    _datum(
        "agent", "user_id",
        ('Zustand bei der Arbeit (verfügbar, beschäftigt, Pause, abgemeldet) und seit wann, Belastung, verpasste Angebote in Folge', 'State at work (available, busy, away, offline) and since when, load, missed offers in a row'),
        ('Anliegen nur denen anbieten, die können', 'Offering enquiries only to those who can'),
        "agent.read work.supervise", "now", ('Zahl der Menschen je Zustand', 'number of people in each state'),
    ),
    _datum(
        "agent_skill", "user_id",
        ('Fähigkeiten und Stufe', 'Skills and their level'),
        ('Anliegen an die, die es können', 'Enquiries to those who can'),
        "agent.read", "account",
    ),
    _datum(
        "queue_member", "user_id",
        ('Warteschlangen, für die jemand arbeitet', 'Queues that somebody works for'),
        ('Verteilen der Arbeit', 'Distributing work'),
        "agent.read queue.read", "account",
    ),
    _datum(
        "desk_seen", "user_id",
        ('Wann der Arbeitsplatz zuletzt von sich hören ließ', 'When the desk was last heard of'),
        ('Arbeit zurückgeben, wenn jemand verschwunden ist', 'Giving work back when somebody has vanished'),
        "", "now",
    ),
    _datum(
        "presence_word", "user_id",
        ('Was jede Quelle zuletzt über die Erreichbarkeit sagte (eigene Angabe, Kalender, Teams, Slack, XMPP, Matrix, Tätigkeit am Arbeitsplatz), mit Ende und Grund aus einer festen Liste', 'What each source said last of availability (own setting, calendar, Teams, Slack, XMPP, Matrix, activity at the desk), with its end and a reason from a fixed list'),
        ('Zeigen, wer zu erreichen ist', 'Showing who can be reached'),
        "", "now",
    ),
    _datum(
        "presence", "user_id",
        ('Erreichbarkeit jetzt: Wert, Quelle, Ende, Grund, ob das Telefon klingelt oder besetzt ist; nicht, seit wann', 'Availability now: value, source, end, reason, whether the telephone rings or is in use; not since when'),
        ('Wissen, wen man fragen kann; Anrufe umleiten', 'Knowing whom one can ask; diverting calls'),
        "agent.read", "now",
    ),
    _datum(
        "presence_rule", "user_id deputy_id",
        ('Wohin Anrufe auf der eigenen Durchwahl gehen, und wer vertritt', "Where calls on one's own direct line go, and who stands in"),
        ('Anrufe umleiten, wie man es selbst will', 'Diverting calls as one wishes oneself'),
        "", "own",
    ),
    _datum(
        "linked_account", "user_id",
        ('Eigene Konten, die jemand selbst verknüpft hat: Netz, Kennung und Name dort, was davon gehört wird, seit wann; niemand sonst sieht sie', 'Own accounts that somebody linked themself: network, id and name there, what is heard of them, since when; nobody else sees them'),
        ('Befehle per Nachricht annehmen, nur von der Person selbst', 'Taking commands by message, only from the person themself'),
        "", "own",
    ),
    _datum(
        "link_code", "user_id",
        ('Ein Code zum Verknüpfen, als Prüfsumme, für eine Viertelstunde', 'A code for linking, as a hash, for a quarter of an hour'),
        ('Beweisen, dass ein Konto der Person gehört', "Proving that an account is the person's"),
        "", "now",
    ),
    _datum(
        "presence_undo", "user_id",
        ('Was die letzte Angabe zur Erreichbarkeit ersetzt hat, für eine Stunde', 'What the last setting of availability replaced, for an hour'),
        ('Einen Befehl zurücknehmen können', 'Being able to take a command back'),
        "", "now",
    ),
    _datum(
        "xmpp_shown", "user_id",
        ('Dass jemand Kolleginnen und Kollegen im XMPP-Programm gezeigt werden will', "That somebody wants to be shown in colleagues' XMPP programs"),
        ('Erreichbarkeit dort zeigen, wo andere arbeiten', 'Showing availability where others work'),
        "", "own",
    ),
    _datum(
        "xmpp_contact", "user_id",
        ('Welche verknüpften Konten von Kolleginnen und Kollegen jemanden dort sehen', "Which of colleagues' linked accounts see somebody there"),
        ('Ihnen sagen, wenn sich etwas ändert', 'Telling them when something changes'),
        "", "own",
    ),
    _datum(
        "own_calendar", "user_id",
        ('Eigene Kalender, die jemand selbst hinzugefügt hat: Art, Name, ob Titel gewünscht sind, wann zuletzt gelesen; dazu, wann die Person in den nächsten drei Tagen vergeben ist, mit Titel nur auf eigenen Wunsch; niemand sonst sieht sie', 'Own calendars that somebody added themself: kind, name, whether titles are wanted, when it was read last; and when the person is taken in the next three days, with a title only where they wish it; nobody else sees them'),
        ('Zeigen, dass jemand in einem Termin ist, und bis wann', 'Showing that somebody is in a meeting, and until when'),
        "", "own",
    ),
    _datum(
        "directory_person", "user_id",
        ('Wer im Verzeichnis der Organisation steht: Name, Mailadresse, Funktion, Abteilung, Ort, dienstliche Nummern, und welches Konto hier dazugehört; private Nummern nicht', 'Who stands in the directory of the organisation: name, mail address, title, department, place, business numbers, and which account here belongs to it; no private numbers'),
        ('Kolleginnen und Kollegen finden und anrufen', 'Finding and calling colleagues'),
        "agent.read", "directory",
    ),
    _datum(
        "presence_hold", "user_id",
        ('Ob der Zustand bei der Arbeit von der Erreichbarkeit kommt', 'Whether the state at work comes from availability'),
        ('Danach wieder bereit sein', 'Being available again afterwards'),
        "", "now",
    ),
    _datum(
        "offer", "agent_id given_by",
        ('Angebote: wem, wann, angenommen, abgelehnt mit Grund oder verstrichen; wer es weitergab', 'Offers: to whom, when, accepted, declined with reason or lapsed; who handed it over'),
        ('Nicht zweimal fragen; Verteilung erklären', 'Not asking twice; explaining distribution'),
        "work.supervise", "work",
    ),
    _datum(
        "capacity_hold", "agent_id",
        ('Welches Anliegen wie viel Platz nimmt', 'Which enquiry takes how much room'),
        ('Niemanden überlasten', 'Overloading nobody'),
        "", "now",
    ),
    _datum(
        "interaction", "agent_id holder_id preferred_agent_id avoid_agent_id",
        ('Wer ein Anliegen hat oder hatte, wer zuerst gefragt wird, wer nicht', 'Who has or had an enquiry, who is asked first, who is not'),
        ('Zuständigkeit, und wiederkommen zu wem man kennt', 'Responsibility, and coming back to whom one knows'),
        "work.read", "work", ('nur in Gruppen (alle Berichte)', 'in groups only (all reports)'),
    ),
    _datum(
        "wrap_up", "user_id",
        ('Wer ein Anliegen mit welchem Grund abschloss', 'Who closed an enquiry with which reason'),
        ('Nachvollziehen, worum es ging', 'Knowing what it was about'),
        "work.read", "work", ('Abschlussgründe, nur in Gruppen', 'wrap-up reasons, in groups only'),
    ),
    _datum(
        "consult", "agent_id asked_by ended_by",
        ('Wer wen um Hilfe bat', 'Who asked whom for help'),
        ('Helfen, ohne die Zuständigkeit zu ändern', 'Helping without changing responsibility'),
        "work.read", "work",
    ),
    _datum(
        "message", "user_id",
        ('Wer eine Antwort oder Notiz schrieb, und wann; ob die Antwort als Entwurf der Schreibhilfe begann', 'Who wrote an answer or note, and when; whether the answer began as a draft of the writing aid'),
        ('Verlauf des Anliegens', 'The course of the enquiry'),
        "work.read", "work", ('nur in Gruppen (Antwortzeiten)', 'in groups only (response times)'),
    ),
    _datum(
        "held_answer", "user_id decided_by",
        ('Wer eine Antwort zur Freigabe gab oder plante, wer entschied', 'Who put an answer up for approval or scheduled it, who decided'),
        ('Freigabe und geplantes Senden', 'Approval and scheduled sending'),
        "work.read answer.approve", "work",
    ),
    _datum(
        "attachment", "uploaded_by",
        ('Wer eine Datei anhängte', 'Who attached a file'),
        ('Nur Eigenes wieder entfernen', "Removing only one's own"),
        "work.read", "work",
    ),
    _datum(
        "note_mention", "user_id by_id",
        ('Wer in einer Notiz wen nannte', 'Who named whom in a note'),
        ('Benachrichtigen', 'Notifying'),
        "work.read", "work",
    ),
    _datum(
        "case_file", "owner_id created_by",
        ('Wer einen Fall führt, wer ihn anlegte', 'Who leads a case, who made it'),
        ('Zuständigkeit', 'Responsibility'),
        "work.read", "work",
    ),
    _datum(
        "case_member", "user_id",
        ('Wer einem Fall folgt, oder was hinzufügte', 'Who follows a case, or added to it'),
        ('Zusammenarbeit', 'Working together'),
        "work.read", "work",
    ),
    _datum(
        "monitor", "created_by",
        ('Wer einen Monitor anlegte', 'Who made a monitor'),
        ('Nachfragen können', 'Being able to ask'),
        "work.read", "account",
    ),
    _datum(
        "mention", "decided_by",
        ('Wer über eine Erwähnung entschied', 'Who decided on a mention'),
        ('Nachfragen können', 'Being able to ask'),
        "work.read", "work",
    ),
    _datum(
        "triage_label", "decided_by",
        ('Wer sagte, was der Text eines Kunden ist', "Who said what a customer's text is"),
        ('Nachweis für die Prüfung; gelernt wird nur vom Text, nie über Menschen', 'Proof for an audit; what is learned is of the text alone, never of people'),
        "", "work",
    ),
    _datum(
        "triage_run", "asked_by",
        ('Wer das Lernen anstieß', 'Who asked for learning'),
        ('Nachfragen können', 'Being able to ask'),
        "", "account",
    ),
    _datum(
        "storm", "created_by written_by approved_by",
        ('Wer einen Sturm begann, die Antwort schrieb und sie freigab', 'Who began a storm, wrote the answer and approved it'),
        ('Zuständigkeit und zweite Person', 'Responsibility, and the second person'),
        "work.read", "work",
    ),
    _datum(
        "reported_item", "user_id",
        ('Wer einen Kommentar seinem Netzwerk gemeldet hat, und wann', 'Who reported a comment to its network, and when'),
        ('Beleg, wenn das Netzwerk oder ein Gericht fragt', 'Evidence, should the network or a court ask'),
        "archive.open", "audit",
    ),
    _datum(
        "case_note", "user_id",
        ('Wer eine Fallnotiz schrieb', 'Who wrote a note of a case'),
        ('Verlauf des Falls', 'The course of the case'),
        "work.read", "work",
    ),
    _datum(
        "customer_note", "user_id",
        ('Wer eine Notiz über einen Kunden schrieb', 'Who wrote a note about a customer'),
        ('Zusammenarbeit', 'Working together'),
        "work.read", "customer",
    ),
    _datum(
        "customer_field", "changed_by",
        ('Wer eine Angabe über einen Kunden änderte', 'Who changed a fact about a customer'),
        ('Nachfragen können', 'Being able to ask'),
        "work.read", "customer",
    ),
    _datum(
        "customer_merge", "merged_by unmerged_by",
        ('Wer Kunden zusammenführte oder trennte', 'Who merged or parted customers'),
        ('Rückgängig machen', 'Undoing'),
        "work.read", "customer",
    ),
    _datum(
        "customer_apart", "said_by",
        ('Wer sagte, dass zwei Kunden verschieden sind', 'Who said that two customers differ'),
        ('Nicht noch einmal vorschlagen', 'Not proposing it again'),
        "work.read", "customer",
    ),
    _datum(
        "identity_claim", "user_id",
        ('Wer eine Kennung einem Kunden zuordnete', 'Who gave an identity to a customer'),
        ('Belege der Zuordnung', 'Evidence of the link'),
        "work.read", "customer",
    ),
    _datum(
        "identity_block", "blocked_by",
        ('Wer einen Absender sperrte', 'Who blocked a sender'),
        ('Nachfragen können; rückgängig machen', 'Being able to ask; undoing'),
        "work.read", "customer",
    ),
    _datum(
        "conversation_tag", "tagged_by",
        ('Wer ein Schlagwort setzte', 'Who set a tag'),
        ('Nachfragen können', 'Being able to ask'),
        "work.read", "work",
    ),
    _datum(
        "tag", "created_by",
        ('Wer ein Schlagwort anlegte', 'Who made a tag'),
        ('Nachfragen können', 'Being able to ask'),
        "work.read", "account",
    ),
    _datum(
        "canned_answer", "changed_by",
        ('Wer eine Textvorlage zuletzt änderte', 'Who changed a canned answer last'),
        ('Nachfragen können', 'Being able to ask'),
        "work.answer", "account",
    ),
    _datum(
        "saved_view", "owner_id",
        ('Eigene Ansichten der Arbeitsliste', "One's own views of the work list"),
        ('Bequemlichkeit', 'Convenience'),
        "", "own",
    ),
    _datum(
        "default_view", "user_id",
        ('Ansicht, mit der man beginnt', 'View that one begins with'),
        ('Bequemlichkeit', 'Convenience'),
        "", "own",
    ),
    _datum(
        "bulk_work", "user_id",
        ('Wer vieles auf einmal änderte', 'Who changed many at once'),
        ('Rückgängig machen', 'Undoing'),
        "", "command",
    ),
    _datum(
        "wall_link", "created_by",
        ('Wer einen Link für eine Wandtafel machte', 'Who made a link for a wallboard'),
        ('Nachfragen können', 'Being able to ask'),
        "work.supervise", "account",
    ),
    _datum(
        "setting", "changed_by",
        ('Wer eine Einstellung zuletzt änderte', 'Who changed a setting last'),
        ('Nachfragen können', 'Being able to ask'),
        "setting.read", "account",
    ),
    _datum(
        "command", "actor_id",
        ('Befehle der letzten zwei Tage', 'Commands of the last two days'),
        ('Nichts doppelt ausführen', 'Carrying out nothing twice'),
        "", "command",
    ),
    _datum(
        "audit", "actor_id",
        ('Wer was verwaltete, löschte, ausgab oder vergab; wer die Schreibhilfe (ein Sprachmodell) zu welchem Gespräch fragte', 'Who administered, erased, exported or granted what; who asked the writing aid (a language model) about which conversation'),
        ('Rechenschaft über Eingriffe', 'Accountability for interventions'),
        "audit.read", "audit",
    ),
    _datum(
        "event", "actor_id agent_id",
        ('Ereignisse der Arbeit: wer nahm, antwortete, übergab, schloss, und wann', 'Events of work: who took, answered, handed over, closed, and when'),
        ('Der Arbeitsplatz zeigt, was geschieht; Grundlage der Berichte', 'The desk shows what happens; basis of reports'),
        "", "log", ('nur in Gruppen (alle Berichte)', 'in groups only (all reports)'),
    ),
    _datum(
        "report_fact", "answered_by closed_by agent_id",
        ('Wer ein Anliegen zuerst beantwortete, wer es schloss, Dauer der Bearbeitung', 'Who answered an enquiry first, who closed it, how long it was worked on'),
        ('Berichte über Gruppen; eigene Zahlen', "Reports of groups; one's own figures"),
        "", "reports", ('alle in Gruppen ab {least}; „Einzelne Menschen“ nur mit Erlaubnis zweier; „Meine Zahlen“ nur man selbst', 'all in groups of {least} and more; “Single people” only under a permit of two; “My figures” only oneself'),
    ),
    _datum(
        "report_person", "agent_id",
        ('Nummer, unter der gezählt wird, wie viele Menschen hinter einer Zahl stehen', 'Number by which is counted how many people stand behind a figure'),
        ('Schutz kleiner Gruppen', 'Protecting small groups'),
        "", "account",
    ),
    _datum(
        "report_schedule", "owner_id",
        ('Wer einen Bericht mit der Post schicken lässt', 'Who has a report sent by mail'),
        ('Mit dessen Rechten wird er gemacht', 'It is made with their rights'),
        "report.send", "account",
    ),
    _datum(
        "people_permit", "agent_id asked_by agreed_by ended_by",
        ('Erlaubnisse, Einzelne anzusehen: wer beantragte, zustimmte, beendete', 'Permits to look at single people: who asked, agreed, ended'),
        ('Zwei-Personen-Regel', 'Rule of two'),
        "people.look people.agree", "audit",
    ),
    _datum(
        "people_look", "agent_id looked_by",
        ('Wer wessen Zahlen ansah, zusah oder mithörte, wann und warum', 'Who looked at whose figures, watched or listened in, when and why'),
        ('Damit Betroffene es wissen', 'So that those concerned know'),
        "", "looks", ('Wer hat hingesehen (nur man selbst)', 'Who looked (only oneself)'),
    ),
    _datum(
        "conversation_bond", "made_by ended_by",
        ("Wer Verläufe verband, zusammenführte oder trennte", "Who linked, merged or parted conversations"),
        ("Rückgängig machen", "Undoing"),
        "work.read", "work",
    ),
    _datum(
        "call", "asked_by",
        ("Anrufe: wer hinausgerufen hat; wer im Gespräch war, folgt aus dem Anliegen", "Calls: who called out; who spoke follows from the enquiry"),
        ("Jeder Anruf nach außen nennt, wer ihn wollte", "Every call that leaves the house names who wanted it"),
        "work.read", "work",
    ),
    _datum(
        "call_consent", "noted_by",
        ("Wer festhielt, was zur Aufzeichnung gesagt wurde", "Who noted what was said about recording"),
        ("Nachweis der Einwilligung", "Proof of consent"),
        "work.read", "work",
    ),
    _datum(
        "do_not_call", "added_by",
        ("Wer eine Nummer auf die Liste derer setzte, die nicht angerufen werden wollen", "Who put a number on the list of those who do not want to be called"),
        ("Nachvollziehen", "Traceability"),
        "agent.manage", "account",
    ),
    _datum(
        "agent_phone", "user_id",
        ("Wo das Telefon klingelt: Nebenstelle oder SIP-Adresse", "Where the phone rings: extension or SIP address"),
        ("Anrufe zustellen", "Delivering calls"),
        "agent.manage", "account",
    ),
)  # fmt: skip

#: Columns that look like people of the house and are none.
NOBODY: Final = frozenset({("interaction", "interrupted_by"), ("secret", "owner_id")})
