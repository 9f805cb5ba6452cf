# Alerts of monitors, as they stand in mails and chats.

alert-spiked-subject = { $organisation }: “{ $monitor }” finds unusually much
alert-spiked-text =
    “{ $monitor }” finds unusually much: { $posts } posts in { $minutes } minutes, where { $usual } would be usual.

    Look at it, and fold it into one case: { $url }
alert-calmed-subject = { $organisation }: “{ $monitor }” is calm again
alert-calmed-text =
    “{ $monitor }” finds as much as usual again. At the most there were { $most } posts.

    Look at it: { $url }
alert-test-subject = { $organisation }: a test of an alert of “{ $monitor }”
alert-test-text =
    This is a test: alerts of the monitor “{ $monitor }” go here.

    This can be changed in Unisono under Listening, “Alerts go to”: { $url }
