//! Real files, against what is known of them. They lie beside the project, and where they don't a test says so.

use crate::common::shared;
use unsup_data::{
    CifarKind, Dataset, ImageShape, LabelColumn, ReadOptions, TableOptions, read, read_cifar,
    read_idx, read_table,
};

/// How many objects each class has.
fn counts(data: &Dataset) -> Vec<usize> {
    let mut counts = vec![0; data.label_names.len()];
    let labels = data.labels.as_ref().expect("labels");
    labels.iter().for_each(|&label| counts[label] += 1);
    counts
}

fn shape(data: &Dataset) -> String {
    data.features.shape().to_string()
}

fn labelled(label: LabelColumn) -> ReadOptions {
    ReadOptions {
        label: Some(label),
        ..Default::default()
    }
}

#[test]
fn house_votes() {
    let Some(file) = shared("house-votes-84/house-votes-84.data") else {
        return;
    };
    let votes = read(&file, &labelled(LabelColumn::First)).unwrap();
    assert_eq!(votes.name, "house-votes-84");
    assert_eq!(shape(&votes), "435x16");
    assert_eq!(votes.label_names, ["democrat", "republican"]);
    assert_eq!(counts(&votes), [267, 168]);
    assert_eq!(votes.labels.as_ref().unwrap()[..3], [1, 1, 0]);
    assert!(votes.feature_names.is_empty());
    assert_eq!(votes.missing(), 392);
    let missing: Vec<usize> = (0..16)
        .map(|j| {
            votes
                .features
                .row_iter()
                .filter(|row| row[j].is_nan())
                .count()
        })
        .collect();
    assert_eq!(
        missing,
        [
            12, 48, 11, 11, 15, 11, 14, 15, 22, 7, 21, 31, 25, 17, 28, 104
        ]
    );
    assert_eq!(
        votes.features.row(0)[..10],
        [0., 1., 0., 1., 1., 1., 0., 0., 0., 1.]
    );
    assert!(votes.features.row(0)[10].is_nan());
    assert_eq!(
        votes.notes,
        [
            "separated by commas",
            "no header",
            "column 1 is the label: 2 classes (democrat, republican)",
            "columns 2 to 17 hold words: 2 values each, n = 0, y = 1",
            "392 values are missing (\"?\")",
        ]
    );
    assert_eq!(
        votes.require_complete().unwrap_err().to_string(),
        "house-votes-84, object 1, feature 11: the value is missing, expected a number (392 values in all are missing)"
    );

    // neither yea nor nay as a third value
    let options = TableOptions {
        label: Some(LabelColumn::First),
        missing: vec![],
        ..Default::default()
    };
    let votes = read_table(&file, &options).unwrap();
    assert_eq!(shape(&votes), "435x48");
    assert_eq!(votes.missing(), 0);
    assert_eq!(
        votes.feature_names[..3],
        ["column 2=?", "column 2=n", "column 2=y"]
    );
    assert_eq!(votes.features.row(0)[..3], [0.0, 1.0, 0.0]);
    let of = |feature: usize| {
        votes
            .features
            .row_iter()
            .map(|row| row[feature])
            .sum::<f64>()
    };
    assert_eq!((of(0), of(45)), (12.0, 104.0));
    assert!(
        votes
            .features
            .row_iter()
            .all(|row| row.iter().sum::<f64>() == 16.0)
    );
    assert_eq!(
        votes.notes[3..],
        ["columns 2 to 17 hold words: 3 values each, a feature for each (?, n, y)"]
    );
}

#[test]
fn satimage() {
    let Some(file) = shared("satimage/sat.trn") else {
        return;
    };
    let data = read(&file, &labelled(LabelColumn::Last)).unwrap();
    assert_eq!(shape(&data), "4435x36");
    assert_eq!(data.label_names, ["1", "2", "3", "4", "5", "7"]);
    assert_eq!(counts(&data), [1072, 479, 961, 415, 470, 1038]);
    assert_eq!(data.features.row(0)[..5], [92.0, 115.0, 120.0, 94.0, 84.0]);
    assert_eq!(
        data.notes,
        [
            "separated by white space",
            "no header",
            "column 37 is the label: 6 classes (1, 2, 3, 4, 5, 7)",
        ]
    );
    data.require_complete().unwrap();
}

#[test]
fn optdigits() {
    let (Some(train), Some(test)) = (
        shared("optdigits/optdigits.tra"),
        shared("optdigits/optdigits.tes"),
    ) else {
        return;
    };
    let options = labelled("65".parse().unwrap());
    let data = read(train, &options).unwrap();
    assert_eq!(shape(&data), "3823x64");
    assert_eq!(
        counts(&data),
        [376, 389, 380, 389, 387, 376, 377, 387, 380, 382]
    );
    // the digits of this crate are these, in sixteenths
    let data = read(test, &options).unwrap();
    let digits = unsup_data::digits();
    assert_eq!(data.features.map(|ink: f64| ink / 16.0), digits.features);
    assert_eq!(data.labels, digits.labels);
    assert_eq!(data.label_names, digits.label_names);
}

#[test]
fn mnist() {
    let Some(file) = shared("mnist/train-images-idx3-ubyte.gz") else {
        return;
    };
    let data = read_idx(&file).unwrap();
    assert_eq!(data.name, "train-images-idx3-ubyte");
    assert_eq!(shape(&data), "60000x784");
    let image = data.image.unwrap();
    assert_eq!((image.height, image.width, image.channels), (28, 28, 1));
    let mean = data.features.as_slice().iter().sum::<f64>() / (60_000.0 * 784.0);
    assert!((mean - 0.13066).abs() < 5e-6, "{mean}");
    assert_eq!(
        counts(&data),
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    );
    assert_eq!(data.label_names.join(""), "0123456789");
    assert_eq!(
        data.notes,
        [
            "images of 28x28 pixels, divided by 255",
            "labels from train-labels-idx1-ubyte.gz: 10 classes",
        ]
    );
}

#[test]
fn omniglot() {
    let Some(file) = shared("omniglot/omniglot-small1-images-idx3-ubyte.gz") else {
        return;
    };
    let data = read(&file, &ReadOptions::default()).unwrap();
    assert_eq!(shape(&data), format!("2720x{}", 105 * 105));
    assert_eq!(counts(&data), [20; 136]);
    assert!(
        data.features
            .as_slice()
            .iter()
            .all(|ink| [0.0, 1.0].contains(ink))
    );
    assert_eq!(
        data.notes[1],
        "labels from omniglot-small1-labels-idx2-ubyte.gz, the last of 2 columns: 136 classes"
    );
}

#[test]
fn cifar() {
    let (Some(train), Some(test)) = (
        shared("cifar10-subset/train_first4000.bin.gz"),
        shared("cifar10-subset/test_first1000.bin.gz"),
    ) else {
        return;
    };
    let data = read(&train, &ReadOptions::default()).unwrap();
    assert_eq!(data.name, "train_first4000");
    assert_eq!(shape(&data), "4000x3072");
    let image = ImageShape {
        height: 32,
        width: 32,
        channels: 3,
    };
    assert_eq!(data.image, Some(image));
    assert_eq!(
        data.labels.as_ref().unwrap()[..10],
        [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    );
    assert_eq!(
        counts(&data),
        [396, 366, 420, 384, 422, 393, 414, 385, 407, 413]
    );
    assert_eq!(
        (&*data.label_names[6], &*data.label_names[9]),
        ("frog", "truck")
    );
    let pixels: Vec<f64> = data.features.row(0)[..6]
        .iter()
        .map(|x| x * 255.0)
        .collect();
    assert_eq!(pixels, [59.0, 62.0, 63.0, 43.0, 46.0, 45.0]);

    let both = read_cifar(&[&test, &train], Some(CifarKind::Ten)).unwrap();
    assert_eq!(shape(&both), "5000x3072");
    assert_eq!(both.features.row(1000), data.features.row(0));
    assert_eq!(
        both.labels.as_ref().unwrap()[..10],
        [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]
    );
    let first: Vec<f64> = both.features.row(0)[..3]
        .iter()
        .map(|x| x * 255.0)
        .collect();
    assert_eq!(first, [158.0, 112.0, 49.0]);
}
