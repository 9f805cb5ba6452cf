"""Who is who: links between identities with their evidence, and merges that can be undone.

Pure. An identity is one handle on one network; this room proposes which identities are the same
customer and says why, and the verbs store, apply or undo what it proposes.
"""
