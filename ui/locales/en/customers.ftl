### Customers: who is who, and what the house knows of them.

nav-customers = Customers
customers-text = Everybody who ever wrote, with all their handles. What you see here you may see in the conversations too.
customers-find = Name, handle, or what stands in a field
customers-none = Nobody has written yet
customers-none-text = Whoever writes on any channel appears here by themself.
customers-none-found = Nobody is called so
customers-none-found-text = Look for a part of the name, a handle without the @, or a value of a field.
customers-back = All customers
customer-since = Known since { $when }
customer-never = Never written
customer-talks = Conversations on all channels
customer-no-cases = In no case.
customer-notes = Notes on the customer
customer-notes-none = No notes yet. They stay in the house.
customer-note-drop = Take the note away: { $text }
customer-facts = What can be counted
customer-messages = Messages of theirs
customer-languages = Languages
customer-last = Last heard
customer-hours = Writes most between { $hour } and { $next } o’clock
customer-fields = Fields
customer-fields-none = The house has no fields of its own yet.
customer-fields-edit = Fill in
custom-fields-set-up = Set them up
customer-whole = Whole customer
customer-maybe = { $count ->
    [one] Perhaps one person with { $count } other
   *[other] Perhaps one person with { $count } others
 }
customer-merged = { $count ->
    [one] Made of two
   *[other] { $count } merges
 }
customer-writes = { $count ->
    [one] One message, in { $languages }
   *[other] { $count } messages, in { $languages }
 }
command-customer = Show the whole customer
merges = Found to be one person
merge-by = { $who }, { $when }
merge-score = { $score } %
merge-undo = Undo this merge
merge-undone = Undone. Everything is where it was.
suggestions = Perhaps the same person
merge-with = Same person
merge-with-named = { $name } is the same person
merge-choose = Merge with somebody else…
merge-title = One person
merge-text = Conversations, cases, notes and fields show together. Where an answer goes does not change. It can be undone at any time.
merge-find = Who is it?
merge-reason-hint = It is kept with who decided and when.
apart = Not the same
apart-named = { $name } is not the same person
verdict-weak = Weak hint, { $score } %
verdict-likely = Likely, { $score } %
verdict-certain = Certain, { $score } %
evidence-same-mail = Both are reached at { $detail }, and that is proved
evidence-same-phone = Both are reached at { $detail }, and that is proved
evidence-same-login = Both logged in with one account: { $detail }
evidence-mutual-link = Each profile links to the other ({ $detail })
evidence-domain-proof = One is called by the domain { $detail }, the other has proved to own it
evidence-judgement = A colleague says so
evidence-statement = Wrote it themself: { $detail }
evidence-link = One profile links to the other ({ $detail })
evidence-same-handle = Both are called @{ $detail }
evidence-same-name = Both bear the name { $detail }
evidence-short-same-mail = same address
evidence-short-same-phone = same number
evidence-short-same-login = same log-in
evidence-short-mutual-link = links both ways
evidence-short-domain-proof = domain
evidence-short-judgement = a colleague’s judgement
evidence-short-statement = own statement
evidence-short-link = link one way
evidence-short-same-handle = same handle
evidence-short-same-name = same name
claim-add = Add…
claim-add-named = Add what belongs to { $handle }
claim-title = What belongs to { $handle }
claim-text = Write down what the person says is theirs. It is a statement, no proof, and helps to find who is the same person.
claim-kind = What
claim-kind-mail = E-mail address
claim-kind-phone = Number, with its country
claim-kind-link = Page
claim-mail = E-mail { $value }
claim-phone = Number { $value }
claim-link = Page { $value }
claim-login = Log-in { $value }
claim-proved = proved
claim-said = said
claim-drop = Take back
claim-drop-named = Take back { $value }
settings-tab-custom-fields = Customer fields
custom-fields-text = What the house keeps of its customers beside what they write: a contract number, a branch, a date. Each is checked as it is typed, and found in the customers’ search.
custom-field-kind = Kind
custom-field-text = Text
custom-field-number = Number
custom-field-date = Date
custom-field-choice = Choice
custom-field-link = Link
custom-field-choices = Choices
custom-field-choices-hint = One a line. German and English apart: Gold | Gold
custom-field-add = Add the field
custom-fields-none = No fields yet
custom-fields-none-text = The first could be a customer number: add it above, and it can be filled in on every customer’s page.
