//! LVQ: five typical digits of each class, that their own class attracts and the others repel, as a classifier.

use std::error::Error;
use std::ops::ControlFlow;
use unsup_data::digits;
use unsup_data::splits::{HeldOut, stratified_holdout};
use unsup_models::kohonen::{Lvq, LvqStart, LvqVariant, Settings, Window};

/// Trains the centres on two thirds of the digits, and judges them by the rest.
pub fn main() -> Result<(), Box<dyn Error>> {
    let digits = digits();
    let (x, labels) = (digits.features, digits.labels.expect("digits have labels"));
    let split = stratified_holdout(&labels, HeldOut::Count(597), 0)?;
    let part = |rows: &[usize]| -> (_, Vec<usize>) {
        (
            x.select_rows(rows),
            rows.iter().map(|&row| labels[row]).collect(),
        )
    };
    let ((x, y), (new_x, new_y)) = (part(&split.train), part(&split.test));

    let mut lvq = Lvq::start(&x, &y, 5, LvqStart::Objects, 0)?;
    let before = lvq.accuracy(&new_x, &new_y);
    let variant = LvqVariant::Lvq3 {
        window: Window::published(0.3),
        epsilon: 0.1,
    };
    lvq.fit(&x, &y, variant, &Settings::default(), |_| {
        ControlFlow::Continue(())
    })?;

    let after = lvq.accuracy(&new_x, &new_y);
    println!("50 random digits tell {before:.3} of the others, 50 trained centres {after:.3}");
    assert!(after > 0.95 && after > before + 0.03);
    Ok(())
}
