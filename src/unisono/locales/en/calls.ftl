# What callers hear
call-welcome = Hello.
call-closed = We cannot take your call just now.
call-not_there = This person cannot be reached just now.
call-menu = Please choose with a key.
call-position = { $position ->
    [one] You are next in the line.
   *[other] There are { $position } calls in the line, yours included.
  } { $minutes ->
    [0] We will be with you as soon as we can.
    [one] It will take about a minute.
   *[other] It will take about { $minutes } minutes.
  }
call-call_back_offer = Press { $digit } and we call you back; your place in the line stays.
call-call_back_noted = We will call you back. Your place in the line stays. Goodbye.
call-leave_message = Please speak after the tone. The hash key ends your message.
call-message_noted = Thank you for your message. Goodbye.
call-consent = May we record this talk? Press 1 for yes, 2 for no. We speak with you without a recording as well.
call-listening = For training, somebody is listening now.
call-withheld = We are sorry: calls that do not show a number cannot be put through here.
call-goodbye = Goodbye.
call-call_back_consent = You call me back at this number, for this once. My number and what I write are kept until that is done, and as long as the law asks.
