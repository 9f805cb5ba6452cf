/* All monitors against a post, as in matcher.py, for machines on which somebody had it compiled; see fast.py.

   Features are numbers. An entry is a run of numbers in `code`: twice the query's number, or twice the number of a check that is
   still to be made plus one; the groups left (how many, then for each how many and which features); the features that must not be
   there. It stands in the drawer of each feature of its anchor. A feature is in the post when its stamp is the post's. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { uint32_t *at; uint32_t count, room; } list;

typedef struct {
    char *names; uint32_t names_used, names_room;
    uint32_t *name_at, *name_length, *stamp; list *drawers; uint32_t features, features_room;
    uint32_t *table, table_size;
    uint64_t *pair_keys; uint32_t *pair_features, pairs, pairs_size;
    list code;
    uint32_t *given, given_room, *seen, seen_room, now;
    uint64_t candidates;
} core;

static int grow(void **at, uint32_t *room, uint32_t wanted, size_t each) {
    if (wanted <= *room) return 1;
    uint32_t size = *room ? *room : 16;
    while (size < wanted) size *= 2;
    void *more = realloc(*at, size * each);
    if (!more) return 0;
    memset((char *)more + *room * each, 0, (size - *room) * each);
    *at = more; *room = size;
    return 1;
}

static int append(list *one, uint32_t value) {
    if (one->count == one->room) {
        /* Most drawers hold one entry. */
        uint32_t size = one->room ? one->room * 2 : 1;
        uint32_t *more = realloc(one->at, size * sizeof *more);
        if (!more) return 0;
        one->at = more; one->room = size;
    }
    one->at[one->count++] = value;
    return 1;
}

static uint32_t hash_of(const char *name, uint32_t length) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    return hash ^ (hash >> 15);
}

static uint64_t mix(uint64_t key) {
    key ^= key >> 31; key *= 0x9E3779B97F4A7C15ull;
    return key ^ (key >> 29);
}

/* The feature of a name plus one; 0 if nobody asks for it. */
static uint32_t find(const core *c, const char *name, uint32_t length, uint32_t hash) {
    if (!c->table_size) return 0;
    for (uint32_t i = hash & (c->table_size - 1);; i = (i + 1) & (c->table_size - 1)) {
        uint32_t found = c->table[i];
        if (!found) return 0;
        if (c->name_length[found - 1] == length && !memcmp(c->names + c->name_at[found - 1], name, length)) return found;
    }
}

static uint32_t find_pair(const core *c, uint32_t first, uint32_t second) {
    if (!c->pairs) return 0;
    uint64_t key = ((uint64_t)first << 32) | second;
    for (uint64_t i = mix(key) & (c->pairs_size - 1);; i = (i + 1) & (c->pairs_size - 1)) {
        if (!c->pair_keys[i]) return 0;
        if (c->pair_keys[i] == key) return c->pair_features[i];
    }
}

core *unisono_new(void) { return calloc(1, sizeof(core)); }

void unisono_free(core *c) {
    for (uint32_t i = 0; i < c->features; i++) free(c->drawers[i].at);
    free(c->names); free(c->name_at); free(c->name_length); free(c->stamp); free(c->drawers); free(c->table);
    free(c->pair_keys); free(c->pair_features); free(c->code.at); free(c->given); free(c->seen); free(c);
}

/* Return the feature of a name plus one, made if it is new; 0 when there is no room. */
uint32_t unisono_feature(core *c, const char *name, uint32_t length) {
    uint32_t hash = hash_of(name, length), found = find(c, name, length, hash);
    if (found) return found;
    uint32_t room = c->features_room, again = room, other = room, third = room;
    if (!grow((void **)&c->name_at, &room, c->features + 1, sizeof(uint32_t))) return 0;
    if (!grow((void **)&c->name_length, &again, c->features + 1, sizeof(uint32_t))) return 0;
    if (!grow((void **)&c->stamp, &other, c->features + 1, sizeof(uint32_t))) return 0;
    if (!grow((void **)&c->drawers, &third, c->features + 1, sizeof(list))) return 0;
    c->features_room = room;
    if (!grow((void **)&c->names, &c->names_room, c->names_used + length, 1)) return 0;
    if (2 * (c->features + 1) > c->table_size) {
        uint32_t size = c->table_size ? c->table_size * 2 : 1024, *table = calloc(size, sizeof *table);
        if (!table) return 0;
        for (uint32_t f = 0; f < c->features; f++) {
            uint32_t i = hash_of(c->names + c->name_at[f], c->name_length[f]) & (size - 1);
            while (table[i]) i = (i + 1) & (size - 1);
            table[i] = f + 1;
        }
        free(c->table);
        c->table = table; c->table_size = size;
    }
    memcpy(c->names + c->names_used, name, length);
    c->name_at[c->features] = c->names_used; c->name_length[c->features] = length;
    c->names_used += length;
    uint32_t i = hash & (c->table_size - 1);
    while (c->table[i]) i = (i + 1) & (c->table_size - 1);
    return c->table[i] = ++c->features;
}

/* Say that two words that follow each other are a feature. Return whether there was room. */
int unisono_pair(core *c, uint32_t first, uint32_t second, uint32_t feature) {
    if (find_pair(c, first, second)) return 1;
    if (2 * (c->pairs + 1) > c->pairs_size) {
        uint32_t size = c->pairs_size ? c->pairs_size * 2 : 256;
        uint64_t *keys = calloc(size, sizeof *keys);
        uint32_t *features = calloc(size, sizeof *features);
        if (!keys || !features) { free(keys); free(features); return 0; }
        for (uint32_t old = 0; old < c->pairs_size; old++) {
            if (!c->pair_keys[old]) continue;
            uint64_t i = mix(c->pair_keys[old]) & (size - 1);
            while (keys[i]) i = (i + 1) & (size - 1);
            keys[i] = c->pair_keys[old]; features[i] = c->pair_features[old];
        }
        free(c->pair_keys); free(c->pair_features);
        c->pair_keys = keys; c->pair_features = features; c->pairs_size = size;
    }
    uint64_t key = ((uint64_t)first << 32) | second, i = mix(key) & (c->pairs_size - 1);
    while (c->pair_keys[i]) i = (i + 1) & (c->pairs_size - 1);
    c->pair_keys[i] = key; c->pair_features[i] = feature; c->pairs++;
    return 1;
}

/* File an entry, `words` numbers of code, under its anchors. Return whether there was room. */
int unisono_entry(core *c, const uint32_t *anchors, uint32_t count, const uint32_t *code, uint32_t words) {
    uint32_t began = c->code.count;
    if (!grow((void **)&c->code.at, &c->code.room, began + words, sizeof(uint32_t))) return 0;
    memcpy(c->code.at + began, code, words * sizeof *code);
    c->code.count += words;
    if (!(code[0] & 1) && !grow((void **)&c->given, &c->given_room, (code[0] >> 1) + 1, sizeof(uint32_t))) return 0;
    for (uint32_t i = 0; i < count; i++)
        if (!append(&c->drawers[anchors[i] - 1], began)) return 0;
    return 1;
}

static int fits(const core *c, const uint32_t *code) {
    uint32_t groups = *code++;
    while (groups--) {
        uint32_t alternatives = *code++, there = 0;
        for (uint32_t i = 0; i < alternatives; i++) there |= c->stamp[code[i] - 1] == c->now;
        if (!there) return 0;
        code += alternatives;
    }
    for (uint32_t nots = *code++; nots--; code++)
        if (c->stamp[*code - 1] == c->now) return 0;
    return 1;
}

static int see(core *c, uint32_t feature, uint32_t *count) {
    if (!feature || c->stamp[feature - 1] == c->now) return 1;
    c->stamp[feature - 1] = c->now;
    if (!grow((void **)&c->seen, &c->seen_room, *count + 1, sizeof(uint32_t))) return 0;
    c->seen[(*count)++] = feature;
    return 1;
}

static int is_word(unsigned char one) {
    return (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9') || one == '_';
}

#define NO_MEMORY -1
#define MARKED -2

/* Whether a sign, or the word before it, makes more of the text than words: a tag, a name, an apostrophe, a link. */
static int is_marked(const char *text, uint32_t at, uint32_t began) {
    switch (text[at]) {
    case '#': case '@': case '\'': return 1;
    case ':': return text[at + 1] == '/' && text[at + 2] == '/';
    case '.': return at - began == 3 && !memcmp(text + began, "www", 3);
    default: return 0;
    }
}

/* Look all entries up for a post. `plain`: its text in small ASCII, words apart by anything that is no letter, digit or underscore;
   or, with `lines`, its words in UTF-8, a line each, an empty one between two texts. `more`: further features, a line each.
   Writes the first number of the code of what fits to `out`, as far as there is room; what needs no check once for each query.
   Returns how many fit; NO_MEMORY; or MARKED, for a text that is not as simple as that. Not to be called by two threads at once. */
int64_t unisono_match(core *c, const char *plain, uint32_t length, int lines, const char *more, uint32_t more_length, uint32_t *out,
                      uint32_t room) {
    uint32_t count = 0, before = 0;
    int64_t found = 0;
    if (!++c->now) {
        memset(c->stamp, 0, c->features_room * sizeof *c->stamp);
        memset(c->given, 0, c->given_room * sizeof *c->given);
        c->now = 1;
    }
    for (uint32_t at = 0; at < length; at++) {
        uint32_t began = at;
        if (lines) while (at < length && plain[at] != '\n') at++;
        else while (at < length && is_word(plain[at])) at++;
        if (!lines && at < length && is_marked(plain, at, began)) return MARKED;
        if (at == began) { if (lines) before = 0; continue; }
        uint32_t feature = find(c, plain + began, at - began, hash_of(plain + began, at - began));
        if (!see(c, feature, &count)) return NO_MEMORY;
        if (before && feature && !see(c, find_pair(c, before, feature), &count)) return NO_MEMORY;
        before = feature;
    }
    for (uint32_t at = 0; at < more_length; at++) {
        uint32_t began = at;
        while (at < more_length && more[at] != '\n') at++;
        if (!see(c, find(c, more + began, at - began, hash_of(more + began, at - began)), &count)) return NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        const list *drawer = &c->drawers[c->seen[i] - 1];
        c->candidates += drawer->count;
        for (uint32_t e = 0; e < drawer->count; e++) {
            const uint32_t *code = c->code.at + drawer->at[e];
            uint32_t *given = code[0] & 1 ? NULL : &c->given[code[0] >> 1];
            if ((given && *given == c->now) || !fits(c, code + 1)) continue;
            if (given) *given = c->now;
            if (found < room) out[found] = code[0];
            found++;
        }
    }
    return found;
}

/* Return on how many entries something was looked at since the start. */
uint64_t unisono_candidates(const core *c) { return c->candidates; }
