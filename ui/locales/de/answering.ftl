### What is said of colleagues who write

writing-answer = { $count ->
    [one] { $names } antwortet gerade
   *[other] { $names } antworten gerade
  }
writing-note = { $count ->
    [one] { $names } schreibt eine Notiz
   *[other] { $names } schreiben eine Notiz
  }
delivery-held = Noch nicht gesendet
delivery-withdrawn = Zurückgeholt
