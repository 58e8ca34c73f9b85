/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open addressing with linear probing. */
#include "base/map.h"

struct zw_map_slot {
	struct zw_str key; /* p is NULL when free */
	u32 value;
};

static u64 hash(struct zw_str key)
{
	u64 h = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < key.n; i++) {
		h ^= (u8)key.p[i];
		h *= 0x100000001b3u;
	}
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

static struct zw_map_slot *find(const struct zw_map *map, struct zw_str key)
{
	size_t i = hash(key) & (map->cap - 1);

	while (map->slots[i].key.p && !zw_str_eq(map->slots[i].key, key))
		i = (i + 1) & (map->cap - 1);
	return &map->slots[i];
}

void zw_map_init(struct zw_map *map, struct zw_arena *arena)
{
	*map = (struct zw_map){ .arena = arena, .cap = 16 };
	map->slots = ZW_NEW_ARRAY(arena, struct zw_map_slot, map->cap);
}

bool zw_map_get(const struct zw_map *map, struct zw_str key, u32 *value)
{
	struct zw_map_slot *slot = find(map, key);

	if (!slot->key.p)
		return false;
	*value = slot->value;
	return true;
}

static void grow(struct zw_map *map)
{
	struct zw_map_slot *old = map->slots;
	size_t i, n = map->cap;

	map->cap *= 2;
	map->slots = ZW_NEW_ARRAY(map->arena, struct zw_map_slot, map->cap);
	for (i = 0; i < n; i++) {
		if (old[i].key.p)
			*find(map, old[i].key) = old[i];
	}
}

void zw_map_put(struct zw_map *map, struct zw_str key, u32 value)
{
	struct zw_map_slot *slot;

	if (!key.p)
		key.p = "";
	if (2 * (map->n + 1) > map->cap)
		grow(map);
	slot = find(map, key);
	if (!slot->key.p)
		map->n++;
	slot->key = key;
	slot->value = value;
}
