//! Forward-mode differentiation by dual numbers: a + b ε with ε² = 0 carries a derivative through any computation.
//!
//! This is the other way round from the tape's, and shares nothing with it.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// What the oracle computes with: numbers, perhaps with derivatives beside them.
pub trait Number:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// A number whose derivatives are all 0.
    fn constant(value: f64) -> Self;
    /// The number itself, without any of its derivatives.
    fn real(self) -> f64;
    /// √x
    fn sqrt(self) -> Self;
    /// eˣ
    fn exp(self) -> Self;
    /// ln x
    fn ln(self) -> Self;
    /// tanh x
    fn tanh(self) -> Self;
    /// xᵖ
    fn powf(self, p: f64) -> Self;

    /// The same number, with all of its derivatives dropped.
    fn held(self) -> Self {
        Self::constant(self.real())
    }
}

impl Number for f64 {
    fn constant(value: f64) -> Self {
        value
    }
    fn real(self) -> f64 {
        self
    }
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    fn exp(self) -> Self {
        f64::exp(self)
    }
    fn ln(self) -> Self {
        f64::ln(self)
    }
    fn tanh(self) -> Self {
        f64::tanh(self)
    }
    fn powf(self, p: f64) -> Self {
        f64::powf(self, p)
    }
}

/// A number and its derivative in one direction. Nested, it has one direction for each level, and the derivative of the
/// derivative is the mixed second one.
#[derive(Clone, Copy, Debug)]
pub struct Dual<N> {
    pub value: N,
    pub derivative: N,
}

impl<N: Number> Dual<N> {
    /// f(x) from f's value and its derivative there.
    fn chain(self, value: N, slope: N) -> Self {
        Self {
            value,
            derivative: slope * self.derivative,
        }
    }
}

impl<N: Number> Add for Dual<N> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            derivative: self.derivative + other.derivative,
        }
    }
}

impl<N: Number> Sub for Dual<N> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            derivative: self.derivative - other.derivative,
        }
    }
}

impl<N: Number> Mul for Dual<N> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            derivative: self.derivative * other.value + self.value * other.derivative,
        }
    }
}

impl<N: Number> Div for Dual<N> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let above = self.derivative * other.value - self.value * other.derivative;
        Self {
            value: self.value / other.value,
            derivative: above / (other.value * other.value),
        }
    }
}

impl<N: Number> Neg for Dual<N> {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            value: -self.value,
            derivative: -self.derivative,
        }
    }
}

impl<N: Number> Number for Dual<N> {
    fn constant(value: f64) -> Self {
        Self {
            value: N::constant(value),
            derivative: N::constant(0.0),
        }
    }

    fn real(self) -> f64 {
        self.value.real()
    }

    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, N::constant(0.5) / root)
    }

    fn exp(self) -> Self {
        let exp = self.value.exp();
        self.chain(exp, exp)
    }

    fn ln(self) -> Self {
        self.chain(self.value.ln(), N::constant(1.0) / self.value)
    }

    fn tanh(self) -> Self {
        let tanh = self.value.tanh();
        self.chain(tanh, N::constant(1.0) - tanh * tanh)
    }

    fn powf(self, p: f64) -> Self {
        if p == 0.0 {
            return Self::constant(1.0); // 0 · x⁻¹ would be NaN at 0
        }
        let slope = N::constant(p) * self.value.powf(p - 1.0);
        self.chain(self.value.powf(p), slope)
    }
}
