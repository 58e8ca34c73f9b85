/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open addressing with linear probing. The hash stands beside the key, so that
 * a search that passes by reads no other key, and growing reads none. */
#include "base/map.h"

#include <string.h>

struct zw_map_slot {
	struct zw_str key; /* p is NULL when free */
	u32 value;
	u32 hash;
};

static u64 mix(u64 h, u64 word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

/* Eight bytes at a time. */
static u32 hash(struct zw_str key)
{
	u64 h = mix(0, key.n), word;
	size_t i;

	for (i = 0; i + sizeof(word) <= key.n; i += sizeof(word)) {
		memcpy(&word, key.p + i, sizeof(word));
		h = mix(h, word);
	}
	if (i < key.n) {
		word = 0;
		memcpy(&word, key.p + i, key.n - i);
		h = mix(h, word);
	}
	return (u32)(mix(h, 0) >> 16);
}

static struct zw_map_slot *find(const struct zw_map *map, struct zw_str key,
				u32 h)
{
	size_t i = h & (map->cap - 1);
	struct zw_map_slot *slot = &map->slots[i];

	while (slot->key.p && (slot->hash != h || !zw_str_eq(slot->key, key))) {
		i = (i + 1) & (map->cap - 1);
		slot = &map->slots[i];
	}
	return slot;
}

void zw_map_init(struct zw_map *map, struct zw_arena *arena)
{
	*map = (struct zw_map){ .arena = arena, .cap = 16 };
	map->slots = ZW_NEW_ARRAY(arena, struct zw_map_slot, map->cap);
}

bool zw_map_get(const struct zw_map *map, struct zw_str key, u32 *value)
{
	const struct zw_map_slot *slot = find(map, key, hash(key));

	if (!slot->key.p)
		return false;
	*value = slot->value;
	return true;
}

static void grow(struct zw_map *map)
{
	struct zw_map_slot *old = map->slots;
	size_t i, at, n = map->cap;

	map->cap *= 2;
	map->slots = ZW_NEW_ARRAY(map->arena, struct zw_map_slot, map->cap);
	for (i = 0; i < n; i++) {
		if (!old[i].key.p)
			continue;
		at = old[i].hash & (map->cap - 1);
		while (map->slots[at].key.p)
			at = (at + 1) & (map->cap - 1);
		map->slots[at] = old[i];
	}
}

void zw_map_put(struct zw_map *map, struct zw_str key, u32 value)
{
	struct zw_map_slot *slot;
	u32 h = hash(key);

	if (!key.p)
		key.p = "";
	if (2 * (map->n + 1) > map->cap)
		grow(map);
	slot = find(map, key, h);
	if (!slot->key.p)
		map->n++;
	slot->key = key;
	slot->hash = h;
	slot->value = value;
}
