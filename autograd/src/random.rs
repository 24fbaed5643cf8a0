//! Randomness, explicit and seeded.
//!
//! Every use draws from a generator of its own, derived from (seed, purpose, step): what one part of a program draws
//! does not depend on how much another drew before it, so switching a noise off changes no other draw, and a run is
//! resumed from three numbers.

use crate::Real;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// The generator of a purpose ("weights", "shuffle", "noise") at a step, under a seed.
///
/// Xoshiro256++ gives the same stream on every machine.
pub fn generator(seed: u64, purpose: &str, step: u64) -> Xoshiro256PlusPlus {
    // FNV-1a over the purpose, then the two numbers mixed in with the finaliser of splitmix64
    let mut hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    for number in [seed, step] {
        hash = mix(hash ^ mix(number));
    }
    Xoshiro256PlusPlus::seed_from_u64(hash)
}

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of x reaches every bit of the result.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A draw from N(0, 1), by the polar method (Marsaglia, Bray 1964).
pub fn standard_normal(generator: &mut impl rand::Rng) -> f64 {
    loop {
        let (u, s) = point(generator);
        if inside(s) {
            return normal_of(u, s);
        }
    }
}

/// Fills `entries` with the draws that [`standard_normal`] would give one after the other, in less than half of the time.
///
/// ```
/// use unsup_autograd::random::{fill_standard_normal, generator, standard_normal};
///
/// let (mut at_once, mut one_by_one) = ([0.0; 100], generator(0, "noise", 0));
/// fill_standard_normal(&mut at_once, &mut generator(0, "noise", 0));
/// assert!(at_once.iter().all(|&x: &f64| x == standard_normal(&mut one_by_one)));
/// ```
pub fn fill_standard_normal<T: Real>(entries: &mut [T], generator: &mut impl rand::Rng) {
    const BLOCK: usize = 256;
    let (mut u, mut s) = ([0.0; BLOCK], [0.0; BLOCK]);
    for entries in entries.chunks_mut(BLOCK) {
        // a point outside is overwritten by the next, which takes no jump that the processor could not foresee; never are
        // more points drawn than draws are wanting, so the generator ends where it would else
        let mut found = 0;
        while found < entries.len() {
            let wanting = entries.len() - found;
            for _ in 0..wanting {
                (u[found], s[found]) = point(generator);
                found += usize::from(inside(s[found]));
            }
        }
        for ((entry, &u), &s) in entries.iter_mut().zip(&u).zip(&s) {
            *entry = T::from_f64(normal_of(u, s));
        }
    }
}

/// A point of the square [−1, 1)²: its first coordinate and its squared distance from the middle.
fn point(generator: &mut impl rand::Rng) -> (f64, f64) {
    let u: f64 = generator.random_range(-1.0..1.0);
    let v: f64 = generator.random_range(-1.0..1.0);
    (u, u * u + v * v)
}

/// Whether a point lies in the circle, and not in its middle.
fn inside(s: f64) -> bool {
    (s > 0.0) & (s < 1.0)
}

/// The normal draw that a point in the circle stands for.
fn normal_of(u: f64, s: f64) -> f64 {
    u * (-2.0 * s.ln() / s).sqrt()
}

/// A draw from 0..`n`, every number equally likely; taken as u64, so that it is the same where usize is smaller.
///
/// # Panics
/// If n is 0.
#[track_caller]
pub fn uniform_below(n: usize, generator: &mut impl rand::Rng) -> usize {
    assert!(n > 0, "uniform_below: there is no number below 0");
    generator.random_range(0..n as u64) as usize
}

/// Puts `items` in random order (Fisher, Yates).
pub fn shuffle<I>(items: &mut [I], generator: &mut impl rand::Rng) {
    for i in (1..items.len()).rev() {
        items.swap(i, uniform_below(i + 1, generator));
    }
}

/// `k` different numbers of 0..`n`, in the order in which they are drawn: every sequence of k is equally likely.
///
/// ```
/// use unsup_autograd::random::{generator, sample_without_replacement};
///
/// let mut all = sample_without_replacement(5, 5, &mut generator(0, "objects", 0));
/// all.sort();
/// assert_eq!(all, [0, 1, 2, 3, 4]);
/// ```
///
/// # Panics
/// If k is more than n.
#[track_caller]
pub fn sample_without_replacement(
    n: usize,
    k: usize,
    generator: &mut impl rand::Rng,
) -> Vec<usize> {
    assert!(
        k <= n,
        "sample_without_replacement: {k} different numbers of {n}"
    );
    // the first k steps of a shuffle, from the front
    let mut numbers: Vec<usize> = (0..n).collect();
    for i in 0..k {
        numbers.swap(i, i + uniform_below(n - i, generator));
    }
    numbers.truncate(k);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn seed_purpose_and_step_each_give_another_stream() {
        let first = |seed, purpose, step| generator(seed, purpose, step).next_u64();
        let base = first(1, "noise", 2);
        assert_eq!(base, first(1, "noise", 2));
        assert_ne!(base, first(2, "noise", 1));
        assert_ne!(base, first(2, "noise", 2));
        assert_ne!(base, first(1, "noise", 3));
        assert_ne!(base, first(1, "shuffle", 2));
    }

    #[test]
    fn draws_at_once_are_those_one_by_one_and_leave_the_generator_there() {
        for count in [0, 1, 7, 256, 257, 3000] {
            let (mut one, mut other) = (generator(3, "test", 1), generator(3, "test", 1));
            let mut at_once = vec![0.0f64; count];
            fill_standard_normal(&mut at_once, &mut one);
            assert!(
                at_once.iter().all(|&x| x == standard_normal(&mut other)),
                "{count}"
            );
            assert_eq!(one.next_u64(), other.next_u64(), "{count}");
        }
    }

    #[test]
    fn normal_draws_have_the_moments_of_n_0_1() {
        let mut generator = generator(0, "test", 0);
        let draws: Vec<f64> = (0..100_000)
            .map(|_| standard_normal(&mut generator))
            .collect();
        let moment = |p: i32| draws.iter().map(|x| x.powi(p)).sum::<f64>() / draws.len() as f64;
        // standard errors: 0.003, 0.0045, 0.012, 0.03
        assert!(moment(1).abs() < 0.015, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.02, "{}", moment(2));
        assert!(moment(3).abs() < 0.06, "{}", moment(3));
        assert!((moment(4) - 3.0).abs() < 0.15, "{}", moment(4));
    }

    #[test]
    fn every_order_of_four_comes_about_equally_often() {
        let mut generator = generator(0, "test", 0);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..24_000 {
            let mut items = [0, 1, 2, 3];
            shuffle(&mut items, &mut generator);
            *counts.entry(items).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 24);
        assert!(
            counts.values().all(|&n| (850..1150).contains(&n)),
            "{counts:?}"
        );
    }

    #[test]
    fn every_number_below_seven_comes_equally_often() {
        let mut generator = generator(0, "test", 0);
        let mut counts = [0i32; 7];
        for _ in 0..70_000 {
            counts[uniform_below(7, &mut generator)] += 1;
        }
        // standard error: 93
        assert!(
            counts.iter().all(|n| (n - 10_000).abs() < 400),
            "{counts:?}"
        );
        assert_eq!(uniform_below(1, &mut generator), 0);
    }

    /// Where n is not small against the range of the draw, a remainder would prefer the low third by half.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_large_range_is_drawn_without_bias() {
        let mut generator = generator(0, "test", 0);
        let n = 3 << 62;
        let low = (0..30_000).filter(|_| uniform_below(n, &mut generator) < 1 << 62);
        // standard error: 82
        let low = low.count();
        assert!(low.abs_diff(10_000) < 400, "{low}");
    }

    #[test]
    fn every_pair_of_four_comes_about_equally_often_in_either_order() {
        let mut generator = generator(0, "test", 0);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..12_000 {
            let pair = sample_without_replacement(4, 2, &mut generator);
            assert_ne!(pair[0], pair[1]);
            *counts.entry(pair).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 12);
        // standard error: 30
        assert!(
            counts.values().all(|&n| (850..1150).contains(&n)),
            "{counts:?}"
        );
        assert!(sample_without_replacement(4, 0, &mut generator).is_empty());
    }

    /// The streams that everything drawn so far came from.
    #[test]
    fn the_same_seed_draws_the_same_on_every_machine() {
        let random = || generator(1, "test", 2);
        let mut below = random();
        let below: Vec<usize> = (0..8).map(|_| uniform_below(1000, &mut below)).collect();
        assert_eq!(below, [621, 250, 316, 262, 788, 661, 26, 648]);
        let sample = sample_without_replacement(100, 8, &mut random());
        assert_eq!(sample, [62, 25, 32, 28, 79, 67, 8, 5]);
        let mut items: Vec<usize> = (0..10).collect();
        shuffle(&mut items, &mut random());
        assert_eq!(items, [7, 5, 9, 0, 3, 4, 1, 8, 2, 6]);
    }

    #[test]
    #[should_panic(expected = "sample_without_replacement: 4 different numbers of 3")]
    fn more_different_numbers_than_there_are_are_refused() {
        sample_without_replacement(3, 4, &mut generator(0, "test", 0));
    }

    #[test]
    #[should_panic(expected = "uniform_below: there is no number below 0")]
    fn a_number_below_0_is_refused() {
        uniform_below(0, &mut generator(0, "test", 0));
    }
}
