//! Randomness, explicit and seeded.
//!
//! Every use draws from a generator of its own, derived from (seed, purpose, step): what one part of a program draws does not
//! depend on how much another drew before it, so switching a noise off changes no other draw, and a run is resumed from
//! three numbers.

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
        let u: f64 = generator.random_range(-1.0..1.0);
        let v: f64 = generator.random_range(-1.0..1.0);
        let s = u * u + v * v;
        if s > 0.0 && s < 1.0 {
            return u * (-2.0 * s.ln() / s).sqrt();
        }
    }
}

/// Puts `items` in random order (Fisher, Yates).
pub fn shuffle<I>(items: &mut [I], generator: &mut impl rand::Rng) {
    for i in (1..items.len()).rev() {
        // drawn as u64, so that the order is the same where usize is smaller
        let j = generator.random_range(0..=i as u64) as usize;
        items.swap(i, j);
    }
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
}
