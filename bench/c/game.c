// The bargaining game solved backwards, written by hand in C: the same months, states and sums as
// src/ripeness/bargaining/kernel.py, constant renewal, one row [reputation][front] a chest and evidence point.
// Built and called by bench/game.py, which hands in the month's tables and checks the result.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifndef REAL
#define REAL float
#endif
typedef REAL real;

typedef struct {
    int fronts, chests, evidences, reputations, phases, row, horizon;
} shape_t;

typedef struct {
    double delta, phi, cost_d, progress_cost, progress_cost_d, progress_front, precision, alpha;
    double start_a, slope_a, start_d, slope_d, lambda_a, lambda_d;
} stakes_t;

typedef struct {
    const double *cost_a, *offers, *temperature, *talks, *chance;
    const long *chest_cell;
    const double *chest_part;
    const long *evidence_cell;
    const double *evidence_part;
    const long *reputation_cell;
    const double *reputation_part;
    const long *order, *moves, *same;
    const real *lanes;
} tables_t;

static inline real logistic(real x) {
    x = x > (real)40 ? (real)40 : x < (real)-40 ? (real)-40 : x;
#ifdef DOUBLE
    return 1.0 / (1.0 + exp(-x));
#else
    return 1.0f / (1.0f + expf(-x));
#endif
}

// Expectation over phases of one side after progress h, at the next chest (G6, G9, G10).
static void expect(const shape_t *s, const tables_t *t, const real *restrict v, int e, int w, int h, int side,
                   real *restrict out, real *restrict moved) {
    const int E = s->phases, X = s->fronts, R = s->reputations, L = s->evidences, P = s->row;
    const long cell = t->chest_cell[e * s->chests + w], upper = cell + 1 < s->chests ? cell + 1 : cell;
    const real part = t->chest_part[e * s->chests + w], rest = 1 - part;
    for (int f = 0; f < E; f++) {
        const int at = (e * 2 + h) * E + f;
        if (!t->order[at]) continue;
        const real *restrict lanes = t->lanes + (long)(at * 2 + side) * P;
        const real *restrict near = v + ((long)f * s->chests + cell) * L * P;
        const real *restrict far = v + ((long)f * s->chests + upper) * L * P;
        for (int n = 0; n < L; n++) {
            const real *restrict a = near + n * P, *restrict b = far + n * P;
            real *restrict o = out + n * P;
            if (t->moves[at]) {
                for (int r = 0; r < R; r++) {
                    const long c = t->reputation_cell[(long)at * R + r];
                    const real q = t->reputation_part[(long)at * R + r];
                    const long up = (c + 1 < R ? c + 1 : c) * X, low = c * X;
#pragma omp simd
                    for (int x = 0; x < X; x++)
                        moved[r * X + x] = (1 - q) * (rest * a[low + x] + part * b[low + x]) +
                                           q * (rest * a[up + x] + part * b[up + x]);
                }
                if (t->order[at] == 1) {
#pragma omp simd
                    for (int i = 0; i < R * X; i++) o[i] = lanes[i] * moved[i];
                } else {
#pragma omp simd
                    for (int i = 0; i < R * X; i++) o[i] += lanes[i] * moved[i];
                }
            } else if (t->order[at] == 1) {
#pragma omp simd
                for (int i = 0; i < P; i++) o[i] = lanes[i] * (rest * a[i] + part * b[i]);
            } else {
#pragma omp simd
                for (int i = 0; i < P; i++) o[i] += lanes[i] * (rest * a[i] + part * b[i]);
            }
        }
    }
}

static void weights(const shape_t *s, const stakes_t *k, const tables_t *t, int e, int w, int n, int side,
                    double factor, real *c) {
    const double phi = k->phi * factor, p = t->chance[((side * s->phases + e) * s->chests + w) * s->evidences + n];
    const double outcome[3] = {phi * (1 - p), 1 - phi, phi * p};
    for (int o = 0; o < 3; o++) {
        const double part = t->evidence_part[((e * s->chests + w) * 3 + o) * s->evidences + n];
        c[2 * o] = k->delta * outcome[o] * (1 - part);
        c[2 * o + 1] = k->delta * outcome[o] * part;
    }
}

// `values` holds two generations of both sides' values; the last generation written is left in `*last`.
int solve_game(const shape_t *s, const stakes_t *k, const tables_t *t, const real *share, const real *inside,
               const real *edge_a, const real *edge_d, real *values, real *least, real *most, int threads) {
    const int E = s->phases, W = s->chests, L = s->evidences, P = s->row;
    const long slice = (long)L * P, states = E * W * slice;
    const real whole = 1.0 / (1.0 - k->delta);
    int failed = 0;
#pragma omp parallel num_threads(threads)
    {
        real *room = calloc(4 * (slice + 64) + P + 64, sizeof(real));
        if (!room) {
#pragma omp atomic write
            failed = 1;
        }
        real *mixed[4], *moved = room + 4 * (slice + 64);
        for (int i = 0; i < 4; i++) mixed[i] = room + 32 + i * (slice + 64);
#pragma omp for schedule(static)
        for (long item = 0; item < E * W; item++)
            for (long i = 0; i < slice; i++) {
                const int lane = i % P;
                values[item * slice + i] = inside[lane] > 0 ? share[lane] * whole : edge_a[lane];
                values[states + item * slice + i] = inside[lane] > 0 ? (1 - share[lane]) * whole : edge_d[lane];
            }
        for (int turn = 1; turn <= s->horizon && !failed; turn++) {
            const real *from = values + ((turn - 1) % 2) * 2 * states;
            real *to = values + (turn % 2) * 2 * states;
            const int last = turn == s->horizon;
#pragma omp for schedule(dynamic)
            for (int item = 0; item < E * W; item++) {
                const int e = item / W, w = item % W, same = t->same[e];
                for (int h = 0; h < (same ? 1 : 2); h++)
                    for (int side = 0; side < 2; side++)
                        expect(s, t, from + side * states, e, w, h, side, mixed[h * 2 + side], moved);
                const int plain = same && k->progress_front == 1.0;
                const real offers = t->offers[e], sharp = 1 / t->temperature[e], cost_a = t->cost_a[e * W + w];
                const real cost_d = k->cost_d, alpha = k->alpha, precision = k->precision, price = k->progress_cost;
                const real saved = k->progress_cost_d, talks = t->talks[e], start_a = k->start_a, slope_a = k->slope_a;
                const real start_d = k->start_d, slope_d = k->slope_d;
                for (int n = 0; n < L; n++) {
                    real ca[6], cd[6], ha[6], hd[6];
                    weights(s, k, t, e, w, n, 0, 1.0, ca);
                    weights(s, k, t, e, w, n, 1, 1.0, cd);
                    weights(s, k, t, e, w, n, 0, k->progress_front, ha);
                    weights(s, k, t, e, w, n, 1, k->progress_front, hd);
                    long at[6];
                    for (int o = 0; o < 3; o++) {
                        const long c = t->evidence_cell[((e * W + w) * 3 + o) * L + n];
                        at[2 * o] = c * P + o - 1;
                        at[2 * o + 1] = (c + 1 < L ? c + 1 : c) * P + o - 1;
                    }
                    const real *restrict m0 = mixed[0], *restrict m1 = mixed[1];
                    const real *restrict m2 = same ? mixed[0] : mixed[2], *restrict m3 = same ? mixed[1] : mixed[3];
                    const long own = item * slice + (long)n * P;
                    real *restrict va = to + own, *restrict vd = to + states + own;
#define AFTER(m, c) (c[0] * m[at[0] + i] + c[1] * m[at[1] + i] + c[2] * m[at[2] + i] + c[3] * m[at[3] + i] + \
                     c[4] * m[at[4] + i] + c[5] * m[at[5] + i])
#pragma omp simd
                    for (int i = 0; i < P; i++) {
                        const real flow_a = share[i] - cost_a, flow_d = 1 - cost_d - share[i];
                        real wa = flow_a + AFTER(m0, ca), wd = flow_d + AFTER(m1, cd);
                        if (plain) {
                            const real p = talks * logistic(-precision * price);
                            wa -= p * price;
                            wd += p * saved;
                        } else {
                            const real oa = flow_a + AFTER(m2, ha) - price, od = flow_d + AFTER(m3, hd) + saved;
                            const real p = talks * logistic(precision * (oa - wa));
                            wa += p * (oa - wa);
                            wd += p * (od - wd);
                        }
                        const real ya = (wa - start_a) / slope_a, yd = (wd - start_d) / slope_d;
                        const real g = offers * logistic((yd - ya) * sharp);
                        const real xa = wa + g * alpha * (start_a + slope_a * yd - wa);
                        const real xd = wd + g * (1 - alpha) * (start_d + slope_d * ya - wd);
                        va[i] = inside[i] > 0 ? xa : edge_a[i];
                        vd[i] = inside[i] > 0 ? xd : edge_d[i];
                        if (last) {
                            least[own + i] = ya;
                            most[own + i] = yd;
                        }
                    }
                }
            }
        }
        free(room);
    }
    return failed;
}
