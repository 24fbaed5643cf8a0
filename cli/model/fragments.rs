//! The encoder of fragments of images.

use super::answer::Answer;
use super::{Asked, Source, offer};
use crate::arguments::What;
use crate::data::TrainedOn;
use std::rc::Rc;
use unsup_data::ImageShape;
use unsup_models::in_sequence::self_supervised::{
    Architecture, Fragments, POSITIONS, RelativePosition,
};

/// Of self-supervised.
pub(super) fn encoder(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let settings = source.settings;
    let Some(ImageShape {
        height,
        width,
        channels,
    }) = on.image()
    else {
        return Err(settings.refuse("image", "the shape of images"));
    };
    let fragments = Fragments {
        height,
        width,
        channels,
        side: settings.count("side")?,
        gap: settings.whole("gap")?,
        jitter: settings.whole("jitter")?,
    };
    let needed = fragments.side.saturating_mul(3);
    let needed = needed.saturating_add(fragments.gap.saturating_mul(2));
    if needed > height.min(width) {
        let expected = format!("one of which three fit into an image of {height}x{width} pixels");
        return Err(settings.refuse("side", &expected));
    }
    let architecture = Architecture {
        hidden: settings.widths("hidden")?,
        code: settings.count("code")?,
        head: settings.widths("head")?,
        activation: settings.activation("activation")?,
        seed: 0,
    };
    let Architecture {
        hidden, code, head, ..
    } = &architecture;
    settings.check_layers(&[
        &[&[fragments.values()], &hidden[..], &[*code]].concat(),
        &[&[code.saturating_mul(2)], &head[..], &[POSITIONS.len()]].concat(),
    ])?;
    let model = RelativePosition::<f32>::new(&fragments, &architecture);
    let model = Rc::new(source.filled(model)?);
    Ok(Asked::of(vec![offer(
        What::Codes,
        &model,
        move |model, x| {
            let codes = fragments.codes_of_images(model.encoder(), &x.cast());
            Answer::numbered("code", &codes)
        },
    )]))
}
