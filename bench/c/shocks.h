// Standard normal shocks by counter: Threefry2x32 with 20 rounds (Salmon and others 2011), key (seed, stream),
// counter (member, month << 16 | shock); the first word goes through the inverse distribution function with
// Giles's single-precision inverse error function (2010), always in float. Operations and order are those of
// ripeness/engine/shocks.py: without fast-math and fused products the bits are the same.
#ifndef RIPENESS_SHOCKS_H
#define RIPENESS_SHOCKS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t threefry_first_word(uint32_t key_0, uint32_t key_1, uint32_t x, uint32_t y)
{
    const uint32_t key_2 = key_0 ^ key_1 ^ 0x1BD11BDAu;
    x += key_0;
    y += key_1;
#define ROUND(turn) x += y; y = (y << (turn)) | (y >> (32 - (turn))); y ^= x;
#define EVEN ROUND(13) ROUND(15) ROUND(26) ROUND(6)
#define ODD ROUND(17) ROUND(29) ROUND(16) ROUND(24)
    EVEN x += key_1; y += key_2 + 1u;
    ODD  x += key_2; y += key_0 + 2u;
    EVEN x += key_0; y += key_1 + 3u;
    ODD  x += key_1; y += key_2 + 4u;
    EVEN x += key_2;
#undef EVEN
#undef ODD
#undef ROUND
    return x;
}

// Natural logarithm of positive normal numbers (Cephes).
INLINE float log_of_normal(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const int32_t exponent = (bits - 0x3F3504F3) >> 23;
    bits -= (int32_t)((uint32_t)exponent << 23);
    float m;
    memcpy(&m, &bits, sizeof m);
    m -= 1.0f;
    const float square = m * m, power = (float)exponent;
    float bend = 7.0376836292e-2f;
    bend = bend * m - 1.1514610310e-1f;
    bend = bend * m + 1.1676998740e-1f;
    bend = bend * m - 1.2420140846e-1f;
    bend = bend * m + 1.4249322787e-1f;
    bend = bend * m - 1.6668057665e-1f;
    bend = bend * m + 2.0000714765e-1f;
    bend = bend * m - 2.4999993993e-1f;
    bend = bend * m + 3.3333331174e-1f;
    bend = m * square * bend;
    bend = bend + power * -2.12194440e-4f;
    bend = bend - square * 0.5f;
    return m + bend + power * 0.693359375f;
}

INLINE float standard_normal(uint32_t word)
{
    const float x = (float)((int32_t)(word >> 9) - (1 << 22)) * 0x1p-22f + 0x1p-23f;
    const float w = -log_of_normal((1.0f - x) * (1.0f + x));
    const float a = w - 2.5f;
    float centre = 2.81022636e-08f;
    centre = centre * a + 3.43273939e-07f;
    centre = centre * a - 3.5233877e-06f;
    centre = centre * a - 4.39150654e-06f;
    centre = centre * a + 0.00021858087f;
    centre = centre * a - 0.00125372503f;
    centre = centre * a - 0.00417768164f;
    centre = centre * a + 0.246640727f;
    centre = centre * a + 1.50140941f;
    const float b = sqrtf(w > 0.0f ? w : 0.0f) - 3.0f;
    float tail = -0.000200214257f;
    tail = tail * b + 0.000100950558f;
    tail = tail * b + 0.00134934322f;
    tail = tail * b - 0.00367342844f;
    tail = tail * b + 0.00573950773f;
    tail = tail * b - 0.0076224613f;
    tail = tail * b + 0.00943887047f;
    tail = tail * b + 1.00167406f;
    tail = tail * b + 2.83297682f;
    return (w < 5.0f ? centre : tail) * x * 1.4142135623730951f;
}

#endif
