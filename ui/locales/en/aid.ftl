### The writing aid: a language model of the house's choice drafts, translates and sums up.

aid = Writing aid
settings-tab-aid = Writing aid
aid-draft = Suggest a draft
aid-drafting = Drafting …
aid-draft-mark = A machine's draft. Please check and change it: only what you send is sent, and it stays marked as a draft of the writing aid.
aid-drafted = From a draft
aid-by = Written by a machine ({ $model }), please check
aid-translate = Translate
aid-translating = Translating …
aid-sum-up = Sum up
aid-summing = Summing up …
aid-exclude = Give nothing of this person to the language model
aid-excluded = Nothing of this person is given to the language model.
aid-failed = The writing aid could not help
aid-text = A language model of your choice drafts answers, translates messages and sums up conversations, in a cloud or on a machine of your own. Without an address the writing aid is off.
aid-on = On: { $model } at { $host }
aid-off = Off
aid-used = Within 24 hours { $asks ->
    [one] one question
   *[other] { NUMBER($asks) } questions
}, { NUMBER($tokens) } of { NUMBER($most) } tokens
aid-address = Address
aid-address-hint = Speaks OpenAI's chat completions, for example https://api.example.com/v1 or a vLLM, llama.cpp or Ollama of your own.
aid-model = Name of the model
aid-key = Key
aid-key-hint = Kept sealed and never shown again. A model of your own often needs none.
aid-key-set = A key is kept. A new one replaces it.
aid-key-drop = Remove the key
aid-tokens = Tokens in 24 hours
aid-tokens-hint = When they are used up, one writes without the writing aid.
aid-asks = Questions in a minute
aid-wait = Waiting time
aid-seconds = seconds
aid-saved = Writing aid saved
aid-check = Check the model
aid-checking = Checking …
aid-answered = The model answers: { $answer }
aid-promise-masked = Names, addresses, numbers, accounts and links are replaced by cover names before anything is sent, and put back in the answer.
aid-promise-data = What customers write goes out as data, never as an instruction; internal notes stay in the house.
aid-promise-person = Only what a person sends is sent. Who needs an approval needs it still.
aid-promise-audit = Every question stands in the audit, without its text.
aid-promise-exclude = Who does not want it is excluded: in the conversation, beside its history.
audit-aid-draft = Draft by the writing aid for the conversation { $subject }
audit-aid-translate = Translation by the writing aid from the conversation { $subject }
audit-aid-summarise = Summary by the writing aid of the conversation { $subject }
audit-aid-key-set = Key of the writing aid kept
audit-aid-key-removed = Key of the writing aid removed
audit-customer-aid-excluded = Customer { $subject } excluded from the writing aid
audit-customer-aid-allowed = Customer { $subject } allowed for the writing aid again
audit-fact-model = model
audit-fact-masked = things covered
audit-fact-outcome = outcome
audit-fact-tokens = tokens
