### Was Kolleginnen und Kollegen in ihrem XMPP-Programm von jemandem lesen.

xmpp-until = bis { $until }
xmpp-line-ringing = das Telefon klingelt
xmpp-line-talking = am Telefon
