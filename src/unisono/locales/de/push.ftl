# Benachrichtigungen auf Geräten

push-offer-title = Ein Angebot für Sie
push-offer-text = Es wartet, bis Sie es annehmen oder ablehnen.
push-mention-title = Sie wurden genannt
push-mention-text = In einer Notiz wartet jemand auf Sie.
push-deadline-title = Eine Frist ist verstrichen
push-deadline-text = Ein Anliegen wartet länger als zugesagt.
