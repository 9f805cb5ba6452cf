# Notifications on devices

push-offer-title = An offer for you
push-offer-text = It waits until you accept or decline it.
push-mention-title = You were named
push-mention-text = Somebody waits for you in a note.
push-deadline-title = A deadline has passed
push-deadline-text = An enquiry waits longer than promised.
