"""How networks read what they are asked: small readings of their published grammars, sharing nothing with the translator."""

import re
import unicodedata

TOKEN = re.compile(r"[^\W_]+")


def x_fits(rule: str, text: str, author: str = "zoe") -> bool:
    """X's filtered stream: blank is AND and binds first, OR, brackets, -, "phrase", #tag, @name, from:; accents count, case not."""
    said = unicodedata.normalize("NFC", text).casefold()
    words = TOKEN.findall(re.sub(r"https?://\S+|www\.\S+", " ", said))
    tags = set(re.findall(r"(?<!\w)#(\w+)", said))
    names = set(re.findall(r"(?<!\w)@([a-z0-9_]+)", said))

    def atom(token: str) -> bool:
        token = token.casefold()
        if token == "-is:retweet":
            return True
        if token.startswith("-"):
            return not atom(token[1:])
        if token.startswith("from:"):
            return token[5:] == author
        if token[0] == "#":
            return token[1:] in tags
        if token[0] == "@":
            return token[1:] in names
        asked = TOKEN.findall(token)
        assert asked, token
        return any(words[n : n + len(asked)] == asked for n in range(len(words)))

    tokens = re.findall(r'[()]|-?"[^"]*"|[^\s()]+', rule)
    at = 0

    def either() -> bool:
        nonlocal at
        found = both()
        while at < len(tokens) and tokens[at] == "OR":
            at += 1
            other = both()
            found = found or other
        return found

    def both() -> bool:
        nonlocal at
        found = True
        some = False
        while at < len(tokens) and tokens[at] not in ("OR", ")"):
            token = tokens[at]
            at += 1
            if token == "(":
                inner = either()
                assert tokens[at] == ")", rule
                at += 1
            else:
                inner = atom(token)
            found, some = found and inner, True
        assert some, f"nothing stands between two operators: {rule}"
        return found

    result = either()
    assert at == len(tokens), rule
    return result


def mastodon_fits(tag: str, text: str) -> bool:
    """A Mastodon server's timeline of a tag: compared without case and accents."""

    def bare(word: str) -> str:
        return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))

    return bare(tag) in {bare(found) for found in re.findall(r"(?<!\w)#(\w+)", unicodedata.normalize("NFC", text))}


def bluesky_fits(q: str, text: str) -> bool:
    """Bluesky's search for one word: a token of the text, whatever its case; read strictly, with accents."""
    assert " " not in q
    said = unicodedata.normalize("NFC", text).casefold()
    return q.casefold() in set(TOKEN.findall(said)) | set(re.findall(r"\w+", said))
