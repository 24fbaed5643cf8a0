use std::error::Error;
use unsup_models::in_sequence::self_supervised::{Architecture, Fragments, RelativePosition};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::SavedModel;

/// The codes of images, the codes of their fragments one after the other.
pub fn codes(file: &str, x: &Matrix<f64>) -> Result<Matrix<f32>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let image = widths(&saved, "image");
    let [height, width, channels] = image[..] else {
        return Err("the objects are no images".into());
    };
    let fragments = Fragments {
        height,
        width,
        channels,
        side: number(&saved, "side"),
        gap: number(&saved, "gap"),
        jitter: number(&saved, "jitter"),
    };
    let architecture = Architecture {
        hidden: widths(&saved, "hidden"),
        code: number(&saved, "code"),
        head: widths(&saved, "head"),
        activation: activation(&saved, "activation")?,
        seed: 0,
    };
    let mut model = RelativePosition::<f32>::new(&fragments, &architecture);
    saved.load_into(&mut model)?;
    Ok(fragments.codes_of_images(model.encoder(), &scaled(&saved, x)?.cast()))
}
