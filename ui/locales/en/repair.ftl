### Repair

repair-text = What Unisono could not read or deliver. Nothing is lost; here a person decides.
quarantine = Quarantine
quarantine-text = Arrived, but not readable. After a correction or an update it can be tried again.
quarantine-none = Nothing in quarantine
quarantine-none-text = Everything that arrived could be read.
quarantine-preview = Content as plain text
quarantine-discard = Discard for good?
quarantine-discard-text = The content is deleted and not fetched again.
dead-letters = Not delivered
dead-text = Answers that the network did not take, or of which it is not known whether they arrived.
dead-none = Everything delivered
dead-none-text = No answer is left behind.
