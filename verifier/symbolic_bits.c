/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers moved about, bit by bit and exactly: masks, shifts, byte order,
 * constants.
 *
 * Follows net/netfilter/nft_bitwise.c (whole 32-bit words in host order; shifts
 * carry from word to word) and nft_byteorder.c. What two unknowns or two
 * different fields give together is unknown. */
#include "verifier/symbolic_rule.h"

/* Where bit BIT (0 lowest) of the WORD-th 32-bit word lies in memory. */
u32 zw_host_bit(u32 word, u32 bit)
{
	return 32 * word + bit / 8 * 8 + 7 - bit % 8;
}

static void shift_bits(const struct zw_expr *expr, const zw_bit *from,
		       zw_bit *to, u32 words, bool left)
{
	u32 w, b, shift = expr->bitwise.shift;

	/* a left shift carries into the word before, a right shift into the
	 * one behind (nft_bitwise_eval_lshift, _rshift) */
	for (w = 0; w < words; w++) {
		for (b = 0; b < 32; b++) {
			u32 target = zw_host_bit(w, b);

			if (left && b >= shift)
				to[target] = from[zw_host_bit(w, b - shift)];
			else if (left)
				to[target] = w + 1 < words
						     ? from[zw_host_bit(
							       w + 1,
							       32 + b - shift)]
						     : ZW_BIT_0;
			else if (b + shift < 32)
				to[target] = from[zw_host_bit(w, b + shift)];
			else
				to[target] = w ? from[zw_host_bit(
							 w - 1, b + shift - 32)]
					       : ZW_BIT_0;
		}
	}
}

static zw_bit combine(u8 op, zw_bit a, zw_bit b)
{
	if (!zw_bit_is_field(a) && a != ZW_BIT_UNKNOWN) {
		zw_bit swap = a;

		a = b;
		b = swap;
	}
	/* now B is the constant if there is one */
	if (op == ZW_BITWISE_XOR) {
		if (b == ZW_BIT_0)
			return a;
		if (b == ZW_BIT_1)
			return zw_bit_invert(a);
		return a == b && zw_bit_is_field(a) ? ZW_BIT_0 : ZW_BIT_UNKNOWN;
	}
	if (a == b)
		return a;
	if (op == ZW_BITWISE_AND) {
		if (b == ZW_BIT_0)
			return ZW_BIT_0;
		return b == ZW_BIT_1 ? a : ZW_BIT_UNKNOWN;
	}
	if (b == ZW_BIT_1)
		return ZW_BIT_1;
	return b == ZW_BIT_0 ? a : ZW_BIT_UNKNOWN;
}

void zw_do_bitwise(const struct zw_expr *expr, struct registers *regs)
{
	u32 words = (expr->bitwise.len + 3u) / 4, i, b;
	zw_bit from[8 * 16], second[8 * 16];
	const zw_bit *source = &regs->bits[32 * expr->bitwise.sreg];
	zw_bit *to = &regs->bits[32 * expr->bitwise.dreg];

	if (words > 4 || expr->bitwise.sreg + words > ZW_REG_SLOTS ||
	    expr->bitwise.dreg + words > ZW_REG_SLOTS) {
		zw_put_unknown(regs, expr->bitwise.dreg, expr->bitwise.len,
			       false);
		return;
	}
	memcpy(from, source, 32 * words * sizeof(*from));
	switch (expr->bitwise.op) {
	case NFT_BITWISE_BOOL:
		for (i = 0; i < 32 * words; i++) {
			u32 m = expr->bitwise.mask[i / 8] >> (7 - i % 8) & 1;
			u32 x = expr->bitwise.xor [i / 8] >> (7 - i % 8) & 1;

			b = m ? from[i] : ZW_BIT_0;
			to[i] = x ? zw_bit_invert(b) : b;
		}
		return;
	case NFT_BITWISE_LSHIFT:
	case NFT_BITWISE_RSHIFT:
		if (expr->bitwise.shift == 0 || expr->bitwise.shift >= 32)
			break;
		shift_bits(expr, from, to, words,
			   expr->bitwise.op == NFT_BITWISE_LSHIFT);
		return;
	case ZW_BITWISE_AND:
	case ZW_BITWISE_OR:
	case ZW_BITWISE_XOR:
		if (expr->bitwise.sreg2 + words > ZW_REG_SLOTS)
			break;
		memcpy(second, &regs->bits[32 * expr->bitwise.sreg2],
		       32 * words * sizeof(*second));
		for (i = 0; i < 32 * words; i++)
			to[i] = combine(expr->bitwise.op, from[i], second[i]);
		return;
	default:
		break;
	}
	zw_put_unknown(regs, expr->bitwise.dreg, expr->bitwise.len, false);
}

void zw_do_byteorder(const struct zw_expr *expr, struct registers *regs)
{
	u32 size = expr->byteorder.size, i;
	zw_bit from[64];
	zw_bit *to = &regs->bits[32 * expr->byteorder.dreg];

	/* several numbers at once differ between kernels */
	if (expr->byteorder.len != size || size > 8 ||
	    4 * expr->byteorder.sreg + size > ZW_REG_BYTES ||
	    4 * expr->byteorder.dreg + size > ZW_REG_BYTES) {
		zw_put_unknown(regs, expr->byteorder.dreg, expr->byteorder.len,
			       false);
		return;
	}
	memcpy(from, &regs->bits[32 * expr->byteorder.sreg],
	       8 * size * sizeof(*from));
	for (i = 0; i < 8 * size; i++)
		to[i] = from[8 * (size - 1 - i / 8) + i % 8];
}

void zw_do_immediate(const struct zw_expr *expr, struct registers *regs)
{
	u32 i, bits = 8u * expr->immediate.value.len;

	zw_put_unknown(regs, expr->immediate.dreg, expr->immediate.value.len,
		       true);
	for (i = 0;
	     i < bits && 32u * expr->immediate.dreg + i < 8 * ZW_REG_BYTES; i++)
		regs->bits[32u * expr->immediate.dreg + i] =
			expr->immediate.value.bytes[i / 8] >> (7 - i % 8) & 1;
}
