### What is said of colleagues who write

writing-answer = { $count ->
    [one] { $names } is answering
   *[other] { $names } are answering
  }
writing-note = { $count ->
    [one] { $names } is writing a note
   *[other] { $names } are writing a note
  }
delivery-held = Not sent yet
delivery-withdrawn = Taken back
