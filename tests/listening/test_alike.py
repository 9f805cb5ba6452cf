"""Texts that nearly say the same belong to one storm; others do not, whatever words they share."""

from unisono.listening.alike import alike

KNOWN = ["Wer braucht schon Internet. Ich. Ich brauche Internet. @acme, Norderreihe, 14:12 Uhr, nie vergessen."]


def test_the_same_with_another_street_and_time_is_alike() -> None:
    others = {
        1: "Wer braucht schon Internet. Ich. Ich brauche Internet. @acme, Deichstraße, 14:10 Uhr, nie vergessen.",
        2: "wer braucht schon internet? ich! ich brauche internet, Achterkoppel, nie vergessen",
        3: "Ich brauche eine neue Rechnung von 2023, wer macht das?",
        4: "Internet.",
        5: "",
    }
    assert alike(KNOWN, others) == [1, 2]


def test_names_and_numbers_make_nobody_alike() -> None:
    assert alike(["@acme @beta 1 2 3 4 5"], {1: "@acme @beta 1 2 3 4 5"}) == []
    assert alike([], {1: KNOWN[0]}) == []
