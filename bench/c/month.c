// The monthly loop of the money chain in C, written by hand: the yardstick for the generated kernel.
//
//     gcc -O3 -march=native -ffast-math -fsingle-precision-constant -fopenmp -fPIC -shared -I<folder of layout.h>
//         month.c -o month.so -lm
//
// Members lie in blocks of structure-of-arrays, one `omp simd` loop over the members of a block does the whole
// month (exp and log come from libmvec), and threads share the blocks. All policies of a block are stepped on the
// shocks that the reference policy infers from the record. Equation ids (W1, R2, ...) are those of the Python
// blocks in src/ripeness/world. `layout.h` is written by bench/c_loop.py from the layouts in ripeness.flow:
// S_, P_, L_, T_, K_, M_, E_, O_ and F_ name the rows of state, parameters, levers, triggers, policy, month,
// shocks, outputs and start facts, SITE_ the observed quantities; numbers that have a name in Python have it here.
//
// Two things are known to the compiler that the Python source leaves open: whether a policy is the reference
// (only it meets the record), and that levers differ by member only in the months after a trigger.
//
// With -DREAL=double and no fast-math the same source is what the float64 kernel is checked against.

#include <stdlib.h>
#include <string.h>
#include <tgmath.h>

#include "layout.h"
#include "shocks.h"

#ifndef REAL
#define REAL float
#endif
typedef REAL real;

#ifndef BLOCK
#define BLOCK 64 // members of a block: all that one policy reads and writes stays in the second cache
#endif

#define BUYERS 7
#define NEVER 999.0
#define EACH_BUYER _Pragma("GCC unroll 7") for (int b = 0; b < BUYERS; b++)

// ---------------------------------------------------------------------------------------------- smooth forms

INLINE real least(real a, real b) { return a < b ? a : b; }
INLINE real most(real a, real b) { return a > b ? a : b; }
INLINE real clip(real value, real low, real high) { return least(most(value, low), high); }
INLINE real logistic(real value) { return 1.0 / (1.0 + exp(-clip(value, -40.0, 40.0))); }
INLINE real softplus(real value) { return most(value, 0.0) + log(1.0 + exp(-fabs(value))); }
INLINE real halving(real months) { return exp(-0.6931471805599453 / most(months, 0.1)); }
INLINE real square(real value) { return value * value; }

// ----------------------------------------------------------------------------------------- taking in the record

typedef struct {
    int is_reference; // known at compile time
    real drawing;
    const real *month;
} Reader;

typedef struct {
    real value, shock, variance, log_density;
} Assimilated;

typedef struct { // three errors, the lower triangle of their covariance, the log density of what was seen
    real m1, m2, m3, c11, c21, c22, c31, c32, c33, log_density;
} Errors3;

INLINE real log_normal(real surprise, real variance)
{
    return -0.5 * (surprise * surprise / variance + log(variance) + LOG_2PI);
}

// A1 to A5: one observation into `predicted + error`; a policy that is not the reference takes the shock as given.
INLINE Assimilated assimilate(Reader reader, int site, real predicted, real spread, real shock, real carried)
{
    if (!reader.is_reference)
        return (Assimilated){predicted + spread * shock, shock, 0.0, 0.0};
    const real seen = reader.month[M_observed + site], sd = reader.month[M_observed_sd + site];
    const real here = reader.month[M_present + site]; // 0 or 1
    const real variance = spread * spread + carried, total = variance + sd * sd;
    const real gain = here * variance / total;
    const real surprise = seen - predicted;
    const real left = most(variance * (1.0 - gain), 0.0);
    const real value = predicted + gain * surprise + reader.drawing * sqrt(left) * shock;
    return (Assimilated){
        value,
        (value - predicted) / spread,
        (1.0 - reader.drawing) * left,
        here * log_normal(surprise, total),
    };
}

// A6: three errors seen through one weighted sum; `at_zero` is the observation less its prediction without them.
INLINE Errors3 observe_sum(Reader reader, int site, Errors3 e, real w1, real w2, real w3, real at_zero, real here)
{
    const real sd = reader.month[M_observed_sd + site];
    const real k1 = w1 * e.c11 + w2 * e.c21 + w3 * e.c31;
    const real k2 = w1 * e.c21 + w2 * e.c22 + w3 * e.c32;
    const real k3 = w1 * e.c31 + w2 * e.c32 + w3 * e.c33;
    const real total = w1 * k1 + w2 * k2 + w3 * k3 + sd * sd;
    const real surprise = at_zero - (w1 * e.m1 + w2 * e.m2 + w3 * e.m3);
    const real g1 = here * k1 / total, g2 = here * k2 / total, g3 = here * k3 / total;
    return (Errors3){
        e.m1 + g1 * surprise,
        e.m2 + g2 * surprise,
        e.m3 + g3 * surprise,
        e.c11 - g1 * k1,
        e.c21 - g2 * k1,
        e.c22 - g2 * k2,
        e.c31 - g3 * k1,
        e.c32 - g3 * k2,
        e.c33 - g3 * k3,
        here * log_normal(surprise, total),
    };
}

// A10: a weighted sum that is known to lie above `at_zero`; `here` is 0 or 1 and `sd` the error of the value at the bound.
INLINE Errors3 observe_at_least(Errors3 e, real w1, real w2, real w3, real at_zero, real sd, real here)
{
    const real k1 = w1 * e.c11 + w2 * e.c21 + w3 * e.c31;
    const real k2 = w1 * e.c21 + w2 * e.c22 + w3 * e.c32;
    const real k3 = w1 * e.c31 + w2 * e.c32 + w3 * e.c33;
    const real total = w1 * k1 + w2 * k2 + w3 * k3, spread = sqrt(total);
    const real bound =
        clip((at_zero - (w1 * e.m1 + w2 * e.m2 + w3 * e.m3)) / spread, -FURTHEST_BOUND, FURTHEST_BOUND);
    const real size = fabs(bound), t = 1.0 / (1.0 + 0.2316419 * size);
    const real over_density =
        t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    const real density = exp(-0.5 * (size * size + LOG_2PI)), beyond = density * over_density;
    const real above = bound > 0.0 ? beyond : 1.0 - beyond;
    const real hazard = bound > 0.0 ? 1.0 / over_density : density / above;
    const real shift = here * hazard / spread, shrink = here * hazard * (hazard - bound) / total;
    return (Errors3){
        e.m1 + shift * k1,
        e.m2 + shift * k2,
        e.m3 + shift * k3,
        e.c11 - shrink * k1 * k1,
        e.c21 - shrink * k2 * k1,
        e.c22 - shrink * k2 * k2,
        e.c31 - shrink * k3 * k1,
        e.c32 - shrink * k3 * k2,
        e.c33 - shrink * k3 * k3,
        here * (log(above) - log(here > 0.5 ? sd : 1.0) - 0.5 * LOG_2PI),
    };
}

// A3 for three errors: their means while filtering, a joint draw, which spends the covariance, from the origin on.
INLINE Errors3 draw_errors(Reader reader, Errors3 e, real z1, real z2, real z3)
{
    const real a11 = sqrt(most(e.c11, 1e-12));
    const real a21 = e.c21 / a11, a31 = e.c31 / a11;
    const real a22 = sqrt(most(e.c22 - a21 * a21, 1e-12));
    const real a32 = (e.c32 - a31 * a21) / a22;
    const real a33 = sqrt(most(e.c33 - a31 * a31 - a32 * a32, 1e-12));
    const real draw = reader.drawing, keep = 1.0 - draw;
    return (Errors3){
        e.m1 + draw * (a11 * z1),
        e.m2 + draw * (a21 * z1 + a22 * z2),
        e.m3 + draw * (a31 * z1 + a32 * z2 + a33 * z3),
        keep * e.c11,
        keep * e.c21,
        keep * e.c22,
        keep * e.c31,
        keep * e.c32,
        keep * e.c33,
        0.0,
    };
}

// ------------------------------------------------------------------------------------------------- parts of a month

typedef struct {
    real params[P_ROWS][BLOCK];
    real drawn[E_ROWS][BLOCK];
    real used[E_ROWS][BLOCK];
    real levers[L_ROWS][BLOCK];
    real outputs[O_ROWS][BLOCK];
} Work;

// T1 to T3: triggers read the outputs of the month before, then switch the rows that they change.
static void levers_in_force(real (*restrict state)[BLOCK], const real *restrict policy, Work *restrict work)
{
    static const int watched[] = {
        S_brent_before,   S_fob_discount_before, S_delivered_before, S_volume_before, S_revenue_before,
        S_oil_gas_before, S_liquid_fund,         S_afloat_before,    S_shadow_before, S_deficit_before,
    };
    enum { WATCHED = sizeof watched / sizeof *watched }; // the war's come after these, and are not here
    const real *own = policy + K_levers, *rules = policy + K_triggers;
    for (int row = 0; row < L_ROWS; row++)
        for (int i = 0; i < BLOCK; i++)
            work->levers[row][i] = own[row];
    for (int slot = 0; slot < T_SLOTS; slot++) {
        const real armed = rules[T_armed + slot], sign = rules[T_sign + slot];
        const real threshold = rules[T_threshold + slot], for_months = rules[T_for_months + slot];
        const real after = rules[T_after_months + slot];
        real value[BLOCK] = {0.0};
        real *count = state[S_trigger_count + slot], *age = state[S_trigger_age + slot];
        for (int j = 0; j < WATCHED; j++) {
            const real weight = rules[T_watch + slot * T_WATCHED + j];
            if (weight != 0.0)
                for (int i = 0; i < BLOCK; i++)
                    value[i] += weight * state[watched[j]][i];
        }
        for (int i = 0; i < BLOCK; i++) {
            const real holds = sign * (value[i] - threshold) > 0.0 ? armed : 0.0;
            count[i] = (count[i] + 1.0) * holds;
            const real fired = count[i] > for_months - 0.5 ? armed : 0.0;
            age[i] = age[i] > 0.5 ? age[i] + 1.0 : fired;
        }
        const real *then = policy + K_then_levers + slot * L_ROWS;
        for (int row = 0; row < L_ROWS; row++)
            if (then[row] != own[row])
                for (int i = 0; i < BLOCK; i++)
                    work->levers[row][i] = age[i] > after + 0.5 ? then[row] : work->levers[row][i];
    }
}

// Receipts from oil and gas before one-offs and errors (F2), from the taxable price of the last five months.
#define OIL_GAS_REVENUE(x0, x1, x2, x3, x4, volume)                                                        \
    (P(oil_tax_constant) + P(oil_tax_slope) * (volume) * (x0)                                              \
     + M(quarter_tax) * (P(profit_tax_constant) + P(profit_tax_slope) * (((x0) + (x1) + (x2)) / 3.0))     \
     + M(march_tax) * (P(march_tax_constant) + P(march_tax_slope) * (((x2) + (x3) + (x4)) / 3.0))         \
     + M(tax_price_since_2025) * P(oil_tax_2025_shift))

// ------------------------------------------------------------------------------------------------------ the month

#define S(name) state[S_##name][i]
#define S_AT(name, k) state[S_##name + (k)][i]
#define P(name) work->params[P_##name][i]
#define P_AT(name, k) work->params[P_##name + (k)][i]
#define L(name) work->levers[L_##name][i]
#define L_AT(name, k) work->levers[L_##name + (k)][i]
#define M(name) month[M_##name]
#define O(name) work->outputs[O_##name][i]
#define Z(name) (is_reference ? work->drawn : work->used)[E_##name][i]
#define TAKE(site, shock_name, predicted, spread, carried) \
    assimilate(reader, SITE_##site, predicted, spread, Z(shock_name), carried)
#define KEEP(name, taken) (is_reference ? (void)(work->used[E_##name][i] = (taken)) : (void)0)
#define LOG_DENSITY(site, term)                                                          \
    do {                                                                                 \
        if (is_reference)                                                                \
            state[S_log_likelihood + SITE_##site][i] += (term);                          \
        work->outputs[O_log_likelihood + SITE_##site][i] = state[S_log_likelihood + SITE_##site][i]; \
    } while (0)

INLINE void month_of_block(const int is_reference, real (*restrict state)[BLOCK], Work *restrict work,
                           const real *restrict month)
{
    const Reader reader = {is_reference, M(drawing), month};
    const real rival_loss = clip(M(chokepoint_loss), 0.0, 0.6);
    const real temporary = exp(-M(chokepoint_months) / 6.0) * rival_loss / (rival_loss + 0.02);
    const real days = M(days), shipping_alarm = rival_loss / 0.1;
    // What the calendar and the law decide is decided here: a choice inside the loop that is the same for every
    // member would keep the compiler from making vectors of it.
    const int is_reset = M(cap_reset) > 0.5, since_2025 = M(tax_price_since_2025) > 0.5;
    const int is_cif = M(tax_price_cif) > 0.5, is_fixed = M(base_revenue_rub_trn) > 0.0;
    const real reset_weight = is_reset ? 1.0 - CAP_MARGIN : 0.0, kept_weight = is_reset ? 0.0 : 1.0;
    const real pacific_weight = since_2025 ? PACIFIC_TAX_WEIGHT : 0.0, wedge_weight = since_2025 ? 0.0 : 1.0;
    const real fixed_base = is_fixed ? M(base_revenue_rub_trn) : 0.0, base_weight = is_fixed ? 0.0 : 1.0;
    const real *law_wedge = work->params[is_cif ? P_tax_wedge_2022_usd_bbl : P_tax_wedge_2023_usd_bbl];
    const real *law_sd = work->params[is_cif ? P_tax_wedge_sd_2022 : P_tax_wedge_sd];

#pragma omp simd
    for (int i = 0; i < BLOCK; i++) {
        // ---- oil market (W1 to W5)
        const real world_share = P(world_share), supply_elasticity = P(supply_elasticity_short);
        const real demand_elasticity =
            P(demand_elasticity_short) + P(stock_elasticity) * (1.0 + P(temporary_stock_factor) * temporary);
        const real normal_exports = P(crude_output_mbd) - P(runs_normal_mbd)
                                     + P(product_yield) * P(runs_normal_mbd) - P(domestic_products_mbd);
        const real exports_ratio = S(world_exports_before) / normal_exports;
        const real fixed_supply = world_share * exports_ratio + L(stock_release_mbd) / WORLD_SUPPLY_MBD;
        real p = 0.0;
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++) {
            const real rivals =
                (1.0 - world_share) * (1.0 - rival_loss) * exp(supply_elasticity * p + S(supply_adjustment));
            const real supply = fixed_supply + rivals;
            const real gap = -demand_elasticity * p - S(demand_adjustment) - log(supply);
            const real slope = -demand_elasticity - supply_elasticity * rivals / supply;
            p = clip(p - gap / slope, -2.5, 2.5);
        }
        const real markup = exp(p), scarcity = most(p, 0.0) / 0.3;
        const real base = most(S(brent_base_usd_bbl)
                                    + P(brent_reversion_year) / 12.0
                                          * (M(brent_anchor_usd_bbl) - S(brent_base_usd_bbl)),
                                8.0);
        const Assimilated brent_taken = TAKE(brent_usd_bbl, brent, base * markup,
                                             P(brent_volatility) * sqrt(base / 12.0) * markup, 0.0);
        const real brent = most(brent_taken.value, 8.0 * markup);
        const real missing = most(1.0 - exports_ratio, 0.0) * world_share;
        const real response = demand_elasticity + (1.0 - world_share) * supply_elasticity;
        const real coalition_cost =
            brent * (1.0 - exp(-missing / response)) * P(coalition_imports_mbd) * days / 1000.0;
        const real lam = P(adjustment_month);
        S(brent_base_usd_bbl) = brent / markup;
        S(demand_adjustment) = (1.0 - lam) * S(demand_adjustment)
                               + lam * (P(demand_elasticity_long) - P(demand_elasticity_short)) * p;
        S(supply_adjustment) = (1.0 - lam) * S(supply_adjustment)
                               + lam * (P(supply_elasticity_long) - P(supply_elasticity_short)) * p;
        KEEP(brent, brent_taken.shock);
        LOG_DENSITY(brent_usd_bbl, brent_taken.log_density);

        // ---- refining (R1 to R6)
        real outage = S(refinery_outage) * (1.0 - 1.0 / P(repair_months));
        outage = clip(outage + L(refinery_strikes) * (1.0 - outage), 0.0, 0.95);
        const real spare = P(spare_refining_share);
        const real lost = P(runs_normal_mbd) * OUTAGE_WIDTH
                          * (softplus((outage - spare) / OUTAGE_WIDTH) - softplus(-spare / OUTAGE_WIDTH));
        const real expected_runs = P(runs_normal_mbd) - lost;
        const real rho_runs = P(throughput_persistence);
        const Assimilated runs_taken =
            TAKE(refinery_throughput_mbd, throughput, expected_runs + rho_runs * S(throughput_error),
                 P(throughput_sd), square(rho_runs) * S(throughput_variance));
        const real runs = most(runs_taken.value, 1.0);
        const real potential = P(crude_output_mbd) - S(lost_capacity_mbd) - (1.0 - P(export_pass_through)) * lost;
        const real crude_for_sea = most(potential - runs - P(pipeline_crude_mbd), 0.3);
        const real friction = S(product_friction) * halving(P(product_redirect_months))
                               + P(product_ban_friction) * most(L(product_import_ban) - S(product_ban_before), 0.0);
        const real open_share = (1.0 - clip(friction, 0.0, 0.9)) * (1.0 - M(product_disruption));
        const real products_before_error = most(P(product_yield) * runs - P(domestic_products_mbd), 0.3) * open_share
                                            * (1.0 - P(port_strike_loss) * L(port_strikes));
        S(refinery_outage) = outage;
        S(throughput_error) = runs_taken.value - expected_runs;
        S(throughput_variance) = runs_taken.variance;
        S(product_friction) = friction;
        S(product_ban_before) = L(product_import_ban);
        KEEP(throughput, runs_taken.shock);
        LOG_DENSITY(refinery_throughput_mbd, runs_taken.log_density);

        // ---- shipping (S1, S2, S4, S5, S7)
        const real pressed = 1.0 - L(pressure_relief);
        const real unlisted = S_AT(fleet, 1), eu_uk = S_AT(fleet, 2), us = S_AT(fleet, 3);
        const real per_ship = P(crude_ship_share);
        const real moved_share = 1.0 - exp(-per_ship * L(vessels_listed_us) / most(unlisted + eu_uk, 1.0));
        const real to_us = moved_share * (unlisted + eu_uk);
        const real unlisted_left = unlisted * (1.0 - moved_share), eu_uk_left = eu_uk * (1.0 - moved_share);
        const real listed_eu =
            per_ship * (L(vessels_listed_eu) + (1.0 - P(listing_overlap)) * L(vessels_listed_uk));
        const real to_eu_uk = unlisted_left * (1.0 - exp(-listed_eu / most(unlisted_left, 1.0)));
        const real loss_us = (us * S_AT(listing_loss, 3) * halving(P(listing_half_life_us)) + to_us * P(listing_loss_us))
                              / (us + to_us + 1e-3);
        const real loss_eu_uk = (eu_uk_left * S_AT(listing_loss, 2) * halving(P(listing_half_life_eu_uk))
                                  + to_eu_uk * P(listing_loss_eu_uk))
                                 / (eu_uk_left + to_eu_uk + 1e-3);
        const real seized = L(interdiction) * pressed;
        const real stay = most(1.0 - P(scrapping_year) / 12.0 - seized, 0.0);
        const real ships_unlisted = (unlisted_left - to_eu_uk) * stay;
        const real ships_eu_uk = (eu_uk_left + to_eu_uk) * stay, ships_us = (us + to_us) * stay;
        const real fleet_residual = ships_unlisted + ships_eu_uk + ships_us - (unlisted + eu_uk + us) * stay;
        const real practice = L(listing_enforcement) * pressed * (1.0 - 0.5 * L(waiver));
        const real enforcement = S(enforcement) + P(enforcement_adjustment) * (practice - S(enforcement));
        const real dynamic_cap = reset_weight * S(fob_mean_usd_bbl) + kept_weight * S(dynamic_cap_usd_bbl);
        const real cap = L(cap_dynamic) > 0.5 ? dynamic_cap : L(price_cap_usd_bbl);
        const real is_open = logistic((cap - S(fob_before)) / P(channel_width_usd_bbl));
        const real false_share = P(false_attestation) * (1.0 - L(cap_enforcement) * pressed);
        const real allowed = 1.0 - L(cap_in_force) * (1.0 - is_open) * (1.0 - false_share);
        const real channel_target = (1.0 - L(services_ban) * pressed) * allowed;
        const real channel = S(channel) + P(channel_switch_month) * (channel_target - S(channel));
        const real shadow_capacity = ships_unlisted + ships_eu_uk * (1.0 - enforcement * loss_eu_uk)
                                      + ships_us * (1.0 - enforcement * loss_us);
        const real fleet_capacity = S_AT(fleet, 0) * channel + shadow_capacity;
        const real expected_shadow = shadow_capacity / most(fleet_capacity, 1.0);
        const real rho_shadow = P(shadow_share_persistence);
        const Assimilated shadow_taken =
            TAKE(shadow_share_crude, shadow_share, expected_shadow + rho_shadow * S(shadow_error),
                 P(shadow_share_sd), square(rho_shadow) * S(shadow_variance));
        const real shadow_share = clip(shadow_taken.value, 0.0, 1.0);
        const real stranded = enforcement * LADEN_SHARE * P(payload_mb)
                              * (to_us * P(listing_loss_us) + to_eu_uk * P(listing_loss_eu_uk));
        const real extra_days = pressed
                                 * (BALTIC_SHARE * P(inspection_days) * L(transit_inspection)
                                    + P(check_days) * L(insurance_checks) + P(port_ban_days) * L(port_ban));
        S_AT(fleet, 2) = ships_eu_uk;
        S_AT(fleet, 3) = ships_us;
        S_AT(listing_loss, 2) = loss_eu_uk;
        S_AT(listing_loss, 3) = loss_us;
        S(enforcement) = enforcement;
        S(channel) = channel;
        S(shadow_error) = shadow_taken.value - expected_shadow;
        S(shadow_variance) = shadow_taken.variance;
        S(dynamic_cap_usd_bbl) = cap;
        S(fob_mean_usd_bbl) += (S(fob_before) - S(fob_mean_usd_bbl)) / 5.0;
        KEEP(shadow_share, shadow_taken.shock);
        LOG_DENSITY(shadow_share_crude, shadow_taken.log_density);

        // ---- discount: what buyers ask (D1 to D3)
        const real listed = L(producer_listing) * (0.4 + 0.6 * L(secondary_sanctions));
        const real threat = 0.35 * L(secondary_sanctions);
        const real stigma = P(ban_stigma) * L(crude_import_ban);
        const real level = (listed + threat) * pressed + stigma;
        const real adapted = S(pressure_adapted)
                              + (1.0 - halving(P(adaptation_months)))
                                    * (P(adaptation_share) * level - S(pressure_adapted));
        const real unwaived = most(level - adapted, 0.0);
        const real pressure = most((listed * (1.0 - L(waiver)) + threat) * pressed + stigma - adapted, 0.0);
        const real port_access = 1.0 - 0.15 * L(port_ban);
        real premium[BUYERS], capacity[BUYERS];
        EACH_BUYER {
            premium[b] = P_AT(buyer_risk_premium, b) + P_AT(buyer_risk_slope, b) * pressure
                         + P(tariff_pass) * L_AT(buyer_tariff, b) - P(scarcity_relief) * scarcity;
            capacity[b] = P_AT(buyer_capacity_mbd, b) * S_AT(buyer_reach, b) * port_access
                          * (b == 0 ? 1.0 - L(crude_import_ban) : 1.0);
        }
        const real unsold_before = S(unsold_mb);
        const real net_floor = logistic((P(lifting_floor_usd_bbl) - S(fob_before)) / 2.5);
        const real storage_excess = softplus((unsold_before - P(storage_limit_mb)) / 8.0) * 8.0;
        const real offered =
            most(crude_for_sea * (1.0 - net_floor) * (1.0 - P(port_strike_loss) * L(port_strikes))
                     - storage_excess / days,
                 0.3);
        real room = 0.0, low = premium[0], high = premium[0];
        EACH_BUYER {
            room += capacity[b];
            low = least(low, premium[b]);
            high = most(high, premium[b]);
        }
        const real width = P(buyer_width);
        const real target = offered + unsold_before / (30.4 * P(afloat_clear_months));
        const real fill = least(most(target, 0.05) / room, FULLEST), wanted = log(fill / (1.0 - fill));
        low += width * wanted;
        high += width * wanted;
        real cleared = clip(S(clearing_discount), low, high);
#pragma GCC unroll 6
        for (int k = 0; k < 6; k++) { // Newton steps on log odds, kept between what is too little and too much
            real total = 0.0, spread = 0.0;
            EACH_BUYER {
                const real share = logistic((cleared - premium[b]) / width);
                total += capacity[b] * share;
                spread += capacity[b] * share * (1.0 - share);
            }
            const real filled = clip(total / room, 1e-6, 1.0 - 1e-6), slope = spread / room / width;
            const real gap = wanted - log(filled / (1.0 - filled));
            low = gap > 0.0 ? cleared : low;
            high = gap > 0.0 ? high : cleared;
            const real step = cleared + gap * filled * (1.0 - filled) / most(slope, 1e-9);
            const real middle = 0.5 * (low + high);
            cleared = step < low ? middle : step > high ? middle : step;
        }
        cleared = clip(cleared, -40.0, 60.0);
        const real asked = S(clearing_discount) + P(price_adjustment) * (cleared - S(clearing_discount));
        real accepted[BUYERS], taken = 0.0, buyer_days = 0.0;
        EACH_BUYER {
            const real share = logistic((asked - premium[b]) / width);
            accepted[b] = capacity[b] * share;
            taken += accepted[b];
            buyer_days += accepted[b] * P_AT(round_trip_days, b);
            S_AT(buyer_reach, b) += least(P(reach_growth_month) * share, 1.0) * (1.0 - S_AT(buyer_reach, b));
        }
        const real concentration = (square(accepted[0]) + square(accepted[1] + accepted[2])
                                     + square(accepted[3] + accepted[4]) + square(accepted[5]) + square(accepted[6]))
                                    / square(taken);
        const real demand = most(taken - stranded / days, 0.1);
        const real buyer_term = asked + P(market_power_usd) * (concentration - PREWAR_CONCENTRATION);

        // ---- voyage (S6, S8)
        const real round_trip = buyer_days / taken + extra_days;
        const real free_ships =
            most(fleet_capacity - FLOATING_SHARE * unsold_before / P(payload_mb), 0.15 * fleet_capacity);
        const real use = offered * round_trip / (P(payload_mb) * most(free_ships, 1.0));
        const real log_use = log(most(use, 0.02));
        const real lifted = offered * exp(-0.125 * log(1.0 + exp(clip(8.0 * log_use, -40.0, 40.0))));
        const real above_outside = P(tce_slope) * (log_use - LOG_NORMAL_USE) - LOG_OUTSIDE_EARNINGS;
        const real earning = LOG_OUTSIDE_EARNINGS + EARNINGS_WIDTH * softplus(above_outside / EARNINGS_WIDTH)
                             + P(tce_market) * shipping_alarm;
        const real tce = P(tce_normal_usd_day) * exp(clip(earning, -3.0, 2.5));

        // ---- volumes and stocks (D4)
        const real rho_crude = P(crude_volume_persistence);
        const real per_run = lifted / crude_for_sea, from_runs = square(per_run) * runs_taken.variance; // A9
        const real kept_crude = square(rho_crude) * S(crude_variance);
        const real own_crude = square(lifted) * (square(P(crude_volume_sd)) + kept_crude);
        const Assimilated crude_taken = TAKE(
            crude_seaborne_mbd, crude_volume, lifted * (1.0 + rho_crude * S(crude_error)),
            lifted * P(crude_volume_sd), square(lifted) * kept_crude + from_runs);
        const real rest = P(product_yield) - per_run, cross = own_crude - per_run * rest * runs_taken.variance;
        const real told = month[M_present + SITE_crude_seaborne_mbd] * square(cross)
                          / (own_crude + from_runs + square(month[M_observed_sd + SITE_crude_seaborne_mbd]));
        const real open_volume = is_reference * (1.0 - reader.drawing)
                                 * (own_crude + square(rest) * runs_taken.variance - told);
        const real crude = most(crude_taken.value, 0.2);
        const real unsold = most(unsold_before + (crude - demand) * days, 0.0);
        const real in_transit = 0.5 * round_trip * least(demand, crude);
        const Assimilated afloat_taken = TAKE(oil_afloat_mb, afloat, in_transit + unsold, P(afloat_sd), 0.0);
        const real unsold_after = most(afloat_taken.value - in_transit, 0.0);
        const real sold = crude - (unsold_after - unsold_before) / days;
        const real shut_in = most(crude_for_sea - crude, 0.0), from_onshore = most(crude - crude_for_sea, 0.0);
        KEEP(crude_volume, crude_taken.shock);
        KEEP(afloat, afloat_taken.shock);
        LOG_DENSITY(crude_seaborne_mbd, crude_taken.log_density);
        LOG_DENSITY(oil_afloat_mb, afloat_taken.log_density);

        // ---- carrying cost and the price chain (D5, D6, F1)
        const real west_days = round_trip / (1.0 - 0.6 * P(pacific_share)) / P(payload_mb) / 1.0e6;
        const real voyage_cost = (P(tce_normal_usd_day) + P(bunkers_usd_day)) * west_days;
        const real distant = 1.0 - accepted[0] / taken;
        const real margin = P(intermediary_margin) * distant + P(intermediary_slope) * unwaived;
        const real insurance = P(voyage_fees_usd_bbl) * distant + P(interdiction_insurance) * 100.0 * seized;
        const real rent = (tce - P(tce_normal_usd_day)) * west_days;
        const real port_term = S(port_discount) + P(port_adjustment) * (buyer_term - S(port_discount));
        const real wedge = voyage_cost + insurance + margin + (port_term - buyer_term) + rent;
        const real pacific_gap = (1.0 - PACIFIC_WEDGE_SHARE) * (voyage_cost + insurance + rent) + P(pacific_premium);
        const real law = pacific_weight * pacific_gap + wedge_weight * law_wedge[i];
        const real base_logistics = P(grade_usd_bbl) + wedge;
        const real r1 = P(delivered_persistence), r2 = P(logistics_persistence), r3 = P(tax_wedge_persistence);
        const real sd1 = P(delivered_sd), sd2 = P(logistics_sd), sd3 = law_sd[i];
        const real e1 = r1 * S(delivered_error), e2 = r2 * S(logistics_error), e3 = r3 * S(tax_wedge_error);
        real error1, error2, error3, open_price = 0.0;
        if (is_reference) {
            const Errors3 expected = {
                e1,
                e2,
                e3,
                r1 * r1 * S_AT(price_errors_covariance, 0) + sd1 * sd1,
                r1 * r2 * S_AT(price_errors_covariance, 1),
                r2 * r2 * S_AT(price_errors_covariance, 2) + sd2 * sd2,
                r1 * r3 * S_AT(price_errors_covariance, 3),
                r2 * r3 * S_AT(price_errors_covariance, 4),
                r3 * r3 * S_AT(price_errors_covariance, 5) + sd3 * sd3,
                0.0,
            };
            const real port = buyer_term + base_logistics;
            const Errors3 quote_seen =
                observe_sum(reader, SITE_delivered_discount_usd_bbl, expected, 1.0, 0.0, 0.0,
                            month[M_observed + SITE_delivered_discount_usd_bbl] - buyer_term,
                            month[M_present + SITE_delivered_discount_usd_bbl]);
            const Errors3 port_seen = observe_sum(reader, SITE_fob_discount_usd_bbl, quote_seen, 1.0, 1.0, 0.0,
                                                  month[M_observed + SITE_fob_discount_usd_bbl] - port,
                                                  month[M_present + SITE_fob_discount_usd_bbl]);
            const real tax = month[M_observed + SITE_urals_tax_usd_bbl];
            const real tax_sd = month[M_observed_sd + SITE_urals_tax_usd_bbl];
            const real tax_here = month[M_present + SITE_urals_tax_usd_bbl];
            const real above_limit = tax - (brent - M(tax_discount_limit_usd_bbl));
            const real at_limit = above_limit < AT_LIMIT_SDS * tax_sd ? tax_here : 0.0;
            const Errors3 limit_seen =
                observe_at_least(port_seen, 1.0, 1.0, -1.0, brent - tax - port + law, tax_sd, at_limit);
            const Errors3 tax_seen = observe_sum(reader, SITE_urals_tax_usd_bbl, limit_seen, 1.0, 1.0, -1.0,
                                                 brent - tax - port + law, tax_here - at_limit);
            const Errors3 drawn = draw_errors(reader, tax_seen, Z(delivered), Z(logistics), Z(tax_wedge));
            error1 = drawn.m1;
            error2 = drawn.m2;
            error3 = drawn.m3;
            S_AT(price_errors_covariance, 0) = drawn.c11;
            S_AT(price_errors_covariance, 1) = drawn.c21;
            S_AT(price_errors_covariance, 2) = drawn.c22;
            S_AT(price_errors_covariance, 3) = drawn.c31;
            S_AT(price_errors_covariance, 4) = drawn.c32;
            S_AT(price_errors_covariance, 5) = drawn.c33;
            KEEP(delivered, (error1 - e1) / sd1);
            KEEP(logistics, (error2 - e2) / sd2);
            KEEP(tax_wedge, (error3 - e3) / sd3);
            LOG_DENSITY(delivered_discount_usd_bbl, quote_seen.log_density);
            LOG_DENSITY(fob_discount_usd_bbl, port_seen.log_density);
            LOG_DENSITY(urals_tax_usd_bbl, limit_seen.log_density + tax_seen.log_density);
            open_price = drawn.c11 + 2.0 * drawn.c21 + drawn.c22;
        } else {
            error1 = e1 + sd1 * Z(delivered);
            error2 = e2 + sd2 * Z(logistics);
            error3 = e3 + sd3 * Z(tax_wedge);
            LOG_DENSITY(delivered_discount_usd_bbl, 0.0);
            LOG_DENSITY(fob_discount_usd_bbl, 0.0);
            LOG_DENSITY(urals_tax_usd_bbl, 0.0);
        }
        const real delivered = buyer_term + error1, logistics = base_logistics + error2;
        const real below_floor = most(FOB_FLOOR_USD_BBL - (brent - delivered - logistics), 0.0);
        const real fob = brent - delivered - logistics + below_floor, fob_discount = brent - fob;
        const real freight = logistics - P(grade_usd_bbl) - rent - below_floor;
        const real tax_price = most(most(fob + law + error3, brent - M(tax_discount_limit_usd_bbl)), 3.0);
        const real pacific_fob = fob + pacific_gap;
        S(clearing_discount) = asked;
        S(delivered_error) = error1;
        S(logistics_error) = error2;
        S(tax_wedge_error) = error3;
        S(port_discount) = port_term;
        S(pressure_adapted) = adapted;
        S(unsold_mb) = unsold_after;
        S(crude_error) = crude / lifted - 1.0;
        S(crude_variance) = crude_taken.variance * own_crude / ((own_crude + from_runs) * square(lifted));
        S(lost_capacity_mbd) += P(permanent_loss_share) / 12.0 * most(crude_for_sea - lifted, 0.0);

        // ---- purchases (S3)
        const real over = (tce / P(purchase_rent_usd_day) - 1.0) / PURCHASE_WIDTH;
        S_AT(fleet, 1) = ships_unlisted + P(purchase_rate_month) * PURCHASE_WIDTH * softplus(over);

        // ---- receipts (E1 to E3)
        const real rho_products = P(product_volume_persistence);
        const real kept_products = square(rho_products) * S(product_variance);
        const real own_products = square(products_before_error) * (square(P(product_volume_sd)) + kept_products);
        const Assimilated volume_taken =
            TAKE(export_volume_mbd, product_volume,
                 crude + P(pipeline_crude_mbd) + products_before_error * (1.0 + rho_products * S(product_error)),
                 products_before_error * P(product_volume_sd),
                 square(products_before_error) * kept_products + open_volume);
        const real products = most(volume_taken.value - crude - P(pipeline_crude_mbd), 0.2);
        const real volume = crude + P(pipeline_crude_mbd) + products;
        const real product_price =
            most(P(product_price_ratio) * brent - P(product_discount_pass) * fob_discount, 5.0);
        const real pipeline_price = most(brent - P(pipeline_discount_pass) * fob_discount, 3.0);
        const real seaborne_price = (1.0 - P(pacific_share)) * fob + P(pacific_share) * pacific_fob;
        const real expected_revenue =
            days / 1000.0
            * (crude * seaborne_price + P(pipeline_crude_mbd) * pipeline_price + products * product_price);
        const real rho_revenue = P(revenue_persistence);
        const real per_usd = crude + P(pipeline_discount_pass) * P(pipeline_crude_mbd)
                             + P(product_discount_pass) * products;
        const real open_revenue = square(days / 1000.0)
                                  * (square(per_usd) * open_price + square(product_price) * volume_taken.variance
                                     + square(seaborne_price - product_price) * crude_taken.variance);
        const real kept_revenue = square(rho_revenue) * S(revenue_variance);
        const real own_revenue = square(expected_revenue) * (square(P(revenue_sd)) + kept_revenue);
        const Assimilated revenue_taken =
            TAKE(export_revenue_usd_bn, revenue, expected_revenue * (1.0 + rho_revenue * S(revenue_error)),
                 expected_revenue * P(revenue_sd), square(expected_revenue) * kept_revenue + open_revenue);
        const real revenue = most(revenue_taken.value, 0.2);
        S(product_error) = products / products_before_error - 1.0;
        S(product_variance) = volume_taken.variance * own_products
                              / ((own_products + open_volume) * square(products_before_error));
        S(revenue_error) = revenue / expected_revenue - 1.0;
        S(revenue_variance) = revenue_taken.variance * own_revenue
                              / ((own_revenue + open_revenue) * square(expected_revenue));
        KEEP(product_volume, volume_taken.shock);
        KEEP(revenue, revenue_taken.shock);
        LOG_DENSITY(export_volume_mbd, volume_taken.log_density);
        LOG_DENSITY(export_revenue_usd_bn, revenue_taken.log_density);

        // ---- rouble (F9)
        const real rate_before = S(usd_rub);
        const real drift = P(rouble_reversion) * log(P(rouble_normal) / rate_before)
                            - P(rouble_receipts) * log(most(revenue, 0.5) / NORMAL_RECEIPTS_USD_BN);
        const real rate_expected = rate_before * exp(clip(drift, -0.2, 0.2));
        const Assimilated rate_taken = TAKE(usd_rub, usd_rub, rate_expected, P(rouble_sd) * rate_expected, 0.0);
        const real usd_rub = clip(rate_taken.value, 20.0, 400.0);
        const real depreciation = log(usd_rub / rate_before);
        KEEP(usd_rub, rate_taken.shock);
        LOG_DENSITY(usd_rub, rate_taken.log_density);

        // ---- oil and gas revenue (F2)
        const real output_ratio = (runs + P(pipeline_crude_mbd) + crude) / P(crude_output_mbd);
        const real due = OIL_GAS_REVENUE(S_AT(taxable_price, 0), S_AT(taxable_price, 1), S_AT(taxable_price, 2),
                                          S_AT(taxable_price, 3), S_AT(taxable_price, 4), output_ratio)
                          + M(one_off_rub_trn) + M(gas_windfall) * P(gas_windfall_rub_trn)
                          - P(damper_scarcity) * scarcity;
        const Assimilated oil_gas_taken = TAKE(oil_gas_revenue_rub_trn, oil_gas, due,
                                               P(oil_gas_sd) * (1.0 + WINDFALL_NOISE * M(gas_windfall)), 0.0);
        const real oil_gas = oil_gas_taken.value;
        KEEP(oil_gas, oil_gas_taken.shock);
        LOG_DENSITY(oil_gas_revenue_rub_trn, oil_gas_taken.log_density);

        // ---- spending, other revenue, deficit (F4, F5)
        const real non_oil_expected = M(non_oil_plan_rub_trn) * S(cpi_level) / M(price_index);
        const Assimilated non_oil_taken =
            TAKE(non_oil_revenue_rub_trn, non_oil,
                 non_oil_expected * (1.0 + P(non_oil_persistence) * S(non_oil_error)),
                 non_oil_expected * P(non_oil_sd), 0.0);
        const real non_oil = non_oil_taken.value;
        const real planned =
            M(spending_plan_rub_trn) * (1.0 + P(spending_drift_year)) * S(cpi_level) / M(price_index);
        const real cut = P(war_cut_share) * S(uncovered);
        const Assimilated spending_taken =
            TAKE(spending_rub_trn, spending, planned * (1.0 + P(spending_persistence) * S(spending_error)) - cut,
                 planned * P(spending_sd), 0.0);
        const real spending = spending_taken.value;
        const real deficit = spending - oil_gas - non_oil;
        KEEP(non_oil, non_oil_taken.shock);
        KEEP(spending, spending_taken.shock);
        LOG_DENSITY(non_oil_revenue_rub_trn, non_oil_taken.log_density);
        LOG_DENSITY(spending_rub_trn, spending_taken.log_density);

        // ---- budget rule, fund, borrowing (F3, F6, F7)
        const real at_cutoff = (M(cutoff_usd_bbl) - TAX_FREE_USD_BBL) * usd_rub / 1000.0;
        const real budget_base =
            fixed_base
            + base_weight * OIL_GAS_REVENUE(at_cutoff, at_cutoff, at_cutoff, at_cutoff, at_cutoff, 1.0);
        const real year_deficit = S(deficit_year) + deficit;
        const real rule_draw = M(budget_rule) * (budget_base - oil_gas);
        const real december_draw = M(december) * P(december_cover) * most(year_deficit, 0.0);
        const real above_floor = most(S(liquid_fund) - P(fund_floor_rub_trn), 0.0);
        const real draw = least(rule_draw + december_draw, above_floor);
        const real need = S(need_smooth) + (deficit - draw - S(need_smooth)) / 6.0;
        const real absorption = P(absorption_gdp_year) * M(gdp_rub_trn) / 12.0;
        const real wanted_loan = most(need, 0.0);
        const real long_run = P(key_rate_real) + P(cpi_normal);
        const real expected_rate = P(yield_key_weight) * S(key_rate) + (1.0 - P(yield_key_weight)) * long_run;
        const real yield_asked = expected_rate + P(term_premium) * (1.0 + wanted_loan / absorption);
        const real bank_room = absorption * logistic((P(yield_limit) - yield_asked) / P(yield_width));
        const real strain = log(most(wanted_loan, 1e-4) / most(bank_room, 1e-4));
        const real issued = wanted_loan * exp(-0.25 * softplus(4.0 * strain));
        const real spare_fund = most(above_floor - draw, 0.0);
        const real reserve = least(most(wanted_loan - issued, 0.0), spare_fund / 12.0);
        const real revalued =
            S(liquid_fund) * (1.0 + P(fund_return_year) / 12.0 + P(fund_foreign_share) * depreciation);
        const Assimilated fund_taken =
            TAKE(liquid_fund_rub_trn, fund, most(revalued - draw - reserve, 0.0),
                 P(fund_sd) * (1.0 + YEAR_END_NOISE * M(december)), S(fund_variance));
        const real liquid = most(fund_taken.value, 0.0);
        const real uncovered = most(wanted_loan - issued - reserve, 0.0);
        const real money = P(monetary_share) * uncovered;
        const real arrears = (1.0 - P(monetary_share)) * uncovered;
        const real fund_draw = draw + reserve;
        const real net_issuance = deficit - fund_draw - money - arrears;
        const real budget_residual = spending - (oil_gas + non_oil + net_issuance + fund_draw + money + arrears);
        const real runway = clip(spare_fund / most(wanted_loan - issued, UNCOVERED_RUB_TRN), 0.0, 120.0);
        KEEP(fund, fund_taken.shock);
        LOG_DENSITY(liquid_fund_rub_trn, fund_taken.log_density);

        // ---- prices and key rate (F9)
        const real yearly_money = 12.0 * money / M(gdp_rub_trn);
        const Assimilated cpi_taken =
            TAKE(cpi_yoy, cpi,
                 P(cpi_normal) + P(cpi_persistence) * (S(cpi_yoy) - P(cpi_normal))
                     + P(cpi_impulse) * (12.0 * need / M(gdp_rub_trn) - 0.02) + P(cpi_monetary) * yearly_money
                     + P(cpi_rouble) * depreciation,
                 P(cpi_sd), 0.0);
        const real inflation = clip(cpi_taken.value, -0.05, 1.0);
        const real wanted_rate = P(key_rate_real) + inflation + P(key_rate_gap) * (inflation - INFLATION_TARGET);
        const Assimilated key_taken =
            TAKE(key_rate, key_rate, S(key_rate) + P(key_rate_adjustment) * (wanted_rate - S(key_rate)),
                 P(key_rate_sd), 0.0);
        const real cpi_level = S(cpi_level) * (1.0 + inflation / 12.0);
        KEEP(cpi, cpi_taken.shock);
        KEEP(key_rate, key_taken.shock);
        LOG_DENSITY(cpi_yoy, cpi_taken.log_density);
        LOG_DENSITY(key_rate, key_taken.log_density);

        // ---- what counts as unsustainable (F8, FU1 to FU3)
        const real spent_real = spending / cpi_level;
        real real_sum = spent_real, short_6 = uncovered > UNCOVERED_RUB_TRN ? 1.0 : 0.0;
        const real short_now = short_6;
#pragma GCC unroll 11
        for (int k = 0; k < 11; k++)
            real_sum += S_AT(real_spending, k);
#pragma GCC unroll 5
        for (int k = 0; k < 5; k++)
            short_6 += S_AT(uncovered_months, k);
        const real yearly = real_sum / 12.0, real_change = yearly / S(real_spending_trend) - 1.0;
        const real stressed = (runway < 12.0 ? 1.0 : 0.0) * (wanted_loan - issued > UNCOVERED_RUB_TRN ? 1.0 : 0.0);
        const real constrained = most(short_6 > 2.5 ? 1.0 : 0.0,
                                       most(liquid < 0.01 * M(gdp_rub_trn) ? 1.0 : 0.0,
                                            real_change < -0.05 ? 1.0 : 0.0));
        const real harsh = most(real_change < -0.15 ? 1.0 : 0.0,
                                 (yearly_money > 0.01 ? 1.0 : 0.0) * (inflation > 0.15 ? 1.0 : 0.0));
        const real unsustainable = harsh * (short_6 > 5.5 ? 1.0 : 0.0);
#pragma GCC unroll 11
        for (int k = 11; k > 0; k--) {
            S_AT(taxable_price, k) = S_AT(taxable_price, k - 1);
            S_AT(uncovered_months, k) = S_AT(uncovered_months, k - 1);
            S_AT(real_spending, k) = S_AT(real_spending, k - 1);
        }
        S_AT(taxable_price, 0) = most(tax_price - TAX_FREE_USD_BBL, 0.0) * usd_rub / 1000.0;
        S_AT(uncovered_months, 0) = short_now;
        S_AT(real_spending, 0) = spent_real;
        S(usd_rub) = usd_rub;
        S(non_oil_error) = non_oil / non_oil_expected - 1.0;
        S(spending_error) = (spending + cut) / planned - 1.0;
        S(need_smooth) = need;
        S(uncovered) = uncovered;
        S(real_spending_trend) += (yearly - S(real_spending_trend)) / 12.0;
        S(deficit_year) = year_deficit * (1.0 - M(december));
        S(liquid_fund) = liquid;
        S(fund_variance) = fund_taken.variance;
        S(cpi_yoy) = inflation;
        S(key_rate) = most(key_taken.value, 0.0);
        S(cpi_level) = cpi_level;

        // ---- sums and first passages over the months that count
        const real on = M(counting), counted = S(counted) + on, months = most(counted, 1.0);
        S(counted) = counted;
        S(sum_brent) += on * brent;
        S(sum_fob_discount) += on * fob_discount;
        S(sum_delivered) += on * delivered;
        S(sum_volume) += on * volume;
        S(sum_revenue) += on * revenue;
        S(sum_oil_gas) += on * oil_gas;
        S(sum_deficit) += on * deficit;
        S(sum_coalition_cost) += on * coalition_cost;
        S(first_stressed) = least(S(first_stressed), on * stressed > 0.5 ? counted : NEVER);
        S(first_constrained) = least(S(first_constrained), on * constrained > 0.5 ? counted : NEVER);
        S(first_unsustainable) = least(S(first_unsustainable), on * unsustainable > 0.5 ? counted : NEVER);

        // ---- what the month reports
        O(brent_usd_bbl) = brent;
        O(fob_discount_usd_bbl) = fob_discount;
        O(delivered_discount_usd_bbl) = delivered;
        O(freight_usd_bbl) = freight;
        O(scarcity_rent_usd_bbl) = rent;
        O(urals_fob_usd_bbl) = fob;
        O(urals_tax_usd_bbl) = tax_price;
        O(crude_seaborne_mbd) = crude;
        O(product_exports_mbd) = products;
        O(export_volume_mbd) = volume;
        O(oil_afloat_mb) = in_transit + unsold_after;
        O(shadow_share_crude) = shadow_share;
        O(effective_fleet_ships) = fleet_capacity;
        O(refinery_throughput_mbd) = runs;
        O(refinery_outage_share) = outage;
        O(shut_in_mbd) = shut_in;
        O(from_onshore_mbd) = from_onshore;
        O(export_revenue_usd_bn) = revenue;
        O(usd_rub) = usd_rub;
        O(oil_gas_revenue_rub_trn) = oil_gas;
        O(non_oil_revenue_rub_trn) = non_oil;
        O(spending_rub_trn) = spending;
        O(deficit_rub_trn) = deficit;
        O(net_issuance_rub_trn) = net_issuance;
        O(fund_draw_rub_trn) = fund_draw;
        O(monetary_financing_rub_trn) = money;
        O(arrears_rub_trn) = arrears;
        O(liquid_fund_rub_trn) = liquid;
        O(uncovered_need_rub_trn) = uncovered;
        O(runway_months) = runway;
        O(cpi_yoy) = inflation;
        O(key_rate) = S(key_rate);
        O(price_cap_usd_bbl) = cap;
        O(coalition_cost_usd_bn) = coalition_cost;
        O(mean_brent_usd_bbl) = S(sum_brent) / months;
        O(mean_fob_discount_usd_bbl) = S(sum_fob_discount) / months;
        O(mean_delivered_discount_usd_bbl) = S(sum_delivered) / months;
        O(mean_export_volume_mbd) = S(sum_volume) / months;
        O(cum_export_revenue_usd_bn) = S(sum_revenue);
        O(cum_oil_gas_revenue_rub_trn) = S(sum_oil_gas);
        O(cum_deficit_rub_trn) = S(sum_deficit);
        O(cum_coalition_cost_usd_bn) = S(sum_coalition_cost);
        O(months_to_stressed) = S(first_stressed);
        O(months_to_constrained) = S(first_constrained);
        O(months_to_unsustainable) = S(first_unsustainable);
        O(barrels_residual) = fabs(crude_for_sea + from_onshore - crude - shut_in)
                              + fabs(unsold_after - unsold_before - (crude - sold) * days);
        O(fleet_residual) = fleet_residual;
        O(price_chain_residual) = brent - (fob + freight + rent + delivered + P(grade_usd_bbl));
        O(budget_residual) = budget_residual;

        // ---- the month before, as triggers and lags read it
        S(brent_before) = brent;
        S(fob_discount_before) = fob_discount;
        S(delivered_before) = delivered;
        S(volume_before) = volume;
        S(revenue_before) = revenue;
        S(oil_gas_before) = oil_gas;
        S(afloat_before) = in_transit + unsold_after;
        S(shadow_before) = shadow_share;
        S(deficit_before) = deficit;
        S(fob_before) = fob;
        S(world_exports_before) = sold + P(pipeline_crude_mbd) + products;
    }
}

static __attribute__((noinline)) void reference_month(real (*restrict state)[BLOCK], Work *restrict work,
                                                      const real *restrict month)
{
    month_of_block(1, state, work, month);
}

static __attribute__((noinline)) void other_month(real (*restrict state)[BLOCK], Work *restrict work,
                                                  const real *restrict month)
{
    month_of_block(0, state, work, month);
}

// ----------------------------------------------------------------------------------------------- around the month

// State on the eve of the first month (ensemble/start.py).
static void initial_state(real (*restrict state)[BLOCK], const Work *restrict work, const real *facts)
{
    const real fob = facts[F_brent_usd_bbl] - facts[F_urals_discount_usd_bbl];
    memset(state, 0, sizeof(real) * S_ROWS * BLOCK);
    for (int i = 0; i < BLOCK; i++) {
        const real exports = P(crude_output_mbd) - P(runs_normal_mbd) + P(product_yield) * P(runs_normal_mbd)
                              - P(domestic_products_mbd);
        S(brent_base_usd_bbl) = S(brent_before) = facts[F_brent_usd_bbl];
        S(channel) = S(cpi_level) = 1.0;
        S(dynamic_cap_usd_bbl) = S(fob_mean_usd_bbl) = S(fob_before) = fob;
        S(clearing_discount) = S(port_discount) = STEADY_DISCOUNT_USD_BBL;
        S(fob_discount_before) = S(delivered_before) = facts[F_urals_discount_usd_bbl];
        S(usd_rub) = facts[F_usd_rub];
        S(real_spending_trend) = facts[F_spending_month_rub_trn];
        S(liquid_fund) = facts[F_liquid_fund_rub_trn];
        S(cpi_yoy) = facts[F_cpi_yoy];
        S(key_rate) = facts[F_key_rate];
        S(volume_before) = S(world_exports_before) = exports;
        S(revenue_before) = 14.0;
        S(first_stressed) = S(first_constrained) = S(first_unsustainable) = NEVER;
        for (int k = 0; k < 4; k++)
            S_AT(fleet, k) = P_AT(fleet_initial, k);
        for (int b = 0; b < BUYERS; b++)
            S_AT(buyer_reach, b) = P_AT(buyer_reach_initial, b);
        for (int k = 0; k < 12; k++) {
            S_AT(taxable_price, k) = facts[F_taxable_price + k];
            S_AT(real_spending, k) = facts[F_spending_month_rub_trn];
        }
    }
}

static void draw_shocks(Work *restrict work, uint32_t seed, uint32_t stream, uint32_t first_member, uint32_t month)
{
    for (uint32_t shock = 0; shock < E_ROWS; shock++)
#pragma omp simd
        for (uint32_t i = 0; i < BLOCK; i++)
            work->drawn[shock][i] =
                standard_normal(threefry_first_word(seed, stream, first_member + i, month << 16 | shock));
}

// Sums and sums of squares of every output over the first `count` members, taken round the first member's value.
static void add_block(const Work *restrict work, int count, double *restrict sums, double *restrict squares)
{
    for (int row = 0; row < O_ROWS; row++) {
        const real *values = work->outputs[row];
        const real pivot = values[0];
        real total = 0.0, square_total = 0.0;
#pragma omp simd reduction(+ : total, square_total)
        for (int i = 0; i < count; i++) {
            const real distance = values[i] - pivot;
            total += distance;
            square_total += distance * distance;
        }
        sums[row] += (double)pivot * count + total;
        squares[row] += (double)pivot * pivot * count + 2.0 * pivot * total + square_total;
    }
}

static real *as_reals(const double *values, size_t count)
{
    real *copy = malloc(count * sizeof *copy);
    for (size_t k = 0; copy && k < count; k++)
        copy[k] = (real)values[k];
    return copy;
}

// Run all members, policies and months.
//
// params (P_ROWS, members), facts (F_ROWS), policies (n_policies, n_months, K_ROWS) with the reference first,
// months (n_months, M_ROWS); finals (n_policies, O_ROWS, members), sums and squares (n_policies, n_months, O_ROWS)
// are filled, the last two added to. Returns 0, or 1 where memory is short.
int run_months(long members, int n_months, int n_policies, int threads, const double *params, const double *facts,
               const double *policies, const double *months, uint32_t seed, uint32_t stream, uint32_t first_member,
               uint32_t first_month, real *finals, double *sums, double *squares)
{
    const long blocks = (members + BLOCK - 1) / BLOCK;
    const size_t moments = (size_t)n_policies * n_months * O_ROWS;
    real *policy_rows = as_reals(policies, (size_t)n_policies * n_months * K_ROWS);
    real *month_rows = as_reals(months, (size_t)n_months * M_ROWS), *fact_row = as_reals(facts, F_ROWS);
    int failed = !policy_rows || !month_rows || !fact_row;
    if (failed)
        goto done;

#pragma omp parallel num_threads(threads) reduction(| : failed)
    {
        Work *work = aligned_alloc(64, sizeof(Work));
        real(*states)[S_ROWS][BLOCK] = aligned_alloc(64, sizeof(real) * n_policies * S_ROWS * BLOCK);
        double *own_sums = calloc(2 * moments, sizeof(double)), *own_squares = own_sums + moments;
        failed |= !work || !states || !own_sums;
#pragma omp for schedule(dynamic, 1)
        for (long block = 0; block < blocks; block++) {
            if (failed)
                continue;
            const long first = block * BLOCK;
            const int count = members - first < BLOCK ? (int)(members - first) : BLOCK;
            for (int row = 0; row < P_ROWS; row++)
                for (int i = 0; i < BLOCK; i++)
                    work->params[row][i] = (real)params[row * members + first + (i < count ? i : 0)];
            initial_state(states[0], work, fact_row);
            for (int p = 1; p < n_policies; p++)
                memcpy(states[p], states[0], sizeof states[0]);
            for (int t = 0; t < n_months; t++) {
                const real *month = month_rows + (size_t)t * M_ROWS;
                draw_shocks(work, seed, stream, first_member + (uint32_t)first, first_month + (uint32_t)t);
                for (int p = 0; p < n_policies; p++) {
                    const size_t at = (size_t)p * n_months + t;
                    levers_in_force(states[p], policy_rows + at * K_ROWS, work);
                    (p ? other_month : reference_month)(states[p], work, month);
                    add_block(work, count, own_sums + at * O_ROWS, own_squares + at * O_ROWS);
                    if (t == n_months - 1)
                        for (int row = 0; row < O_ROWS; row++)
                            memcpy(finals + ((size_t)p * O_ROWS + row) * members + first, work->outputs[row],
                                   count * sizeof(real));
                }
            }
        }
        if (own_sums)
#pragma omp critical
            for (size_t k = 0; k < moments; k++) {
                sums[k] += own_sums[k];
                squares[k] += own_squares[k];
            }
        free(own_sums);
        free(states);
        free(work);
    }
done:
    free(policy_rows);
    free(month_rows);
    free(fact_row);
    return failed;
}
