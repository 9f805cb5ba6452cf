"""The nouns and their invariants: ids, closed vocabularies, order, length, errors. No I/O."""
