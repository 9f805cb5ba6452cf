# What the server says to people: headings and details of answers to requests that were not carried out.
# Details of single errors stand in English where they are raised, and in German in de/details.ftl.

title-not_found = Not found
title-forbidden = Not allowed
title-conflict = Changed meanwhile
title-invalid = Cannot be carried out
title-unavailable = Not available now
title-unauthenticated = Not logged in
title-throttled = Too many attempts
title-too_large = Too large
title-gone = No longer there
title-method_not_allowed = Not possible here
title-internal = Something went wrong
title-media_type = Wrong kind of content

generic-not_found = This does not exist, or is not yours to see.
generic-forbidden = None of your roles allows this here.
generic-conflict = Somebody else was faster, or the state does not allow this. Reload and decide anew.
generic-invalid = The request cannot be carried out as it stands. Nothing was changed.
generic-invalid-field = “{ $field }” does not fit: { $reason }. Nothing was changed.
generic-unavailable = A part that is needed does not answer. Nothing was changed; the same request may succeed later.
generic-unauthenticated = Log in, or send a valid API token.
generic-throttled = Too many attempts. Try again later.
generic-too_large = The request has more than { $limit } bytes. Nothing was stored; send less.
generic-gone = This is no longer there.
generic-method_not_allowed = This address does not take { $method } requests.
generic-internal = The server made a mistake. Please tell an administrator the number { $trace }.
generic-media_type = This address takes { $expected }.
generic-csrf = The page is out of date. Reload it and try again; what you typed was not sent.
generic-malformed = The request's content cannot be read: { $reason }.
generic-path = There is nothing at this address.

desk-missing-title = The desk is not built
desk-missing-text = The server runs, but the pages of the desk are not in this installation.
desk-missing-what-next = In a clone of the repository run “make ui”, then reload. A wheel carries the desk already.
