//! Good files with a few bytes changed: whatever comes of it, nothing panics and errors are one line.

use crate::cod::assert_same_codebook;
use crate::common::{Change, assert_one_line, cases, change, changed, gzip};
use crate::formats::{cifar_file, idx_file};
use proptest::prelude::*;
use std::fs;
use unsup_data::{
    CifarKind, DataError, Dataset, LabelColumn, ReadOptions, TableOptions, idx, read, read_cifar,
    read_cod_from, read_idx, read_idx_with_labels, read_table_from, write_cod_to,
};

/// Data that keep what is promised of them, or an error of one line.
fn checked(read: Result<Dataset, DataError>) {
    match read {
        Ok(data) => {
            let (objects, features) = (data.features.rows(), data.features.columns());
            assert!(data.features.as_slice().iter().all(|x| !x.is_infinite()));
            assert!([0, features].contains(&data.feature_names.len()));
            if let Some(labels) = &data.labels {
                assert_eq!(labels.len(), objects);
                assert!(labels.iter().all(|&label| label < data.label_names.len()));
            }
            for note in &data.notes {
                assert!(
                    !note.contains(char::is_control) && note.chars().count() < 1000,
                    "{note:?}"
                );
            }
            let _ = data
                .require_complete()
                .map_err(|error| assert_one_line(&error));
        }
        Err(error) => assert_one_line(&error),
    }
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec(change(), 1..4)
}

const TABLES: [&str; 6] = [
    "length,width,\"a \"\"kind\"\"\"\n5.1,3.5,red\n4.9,?,blue\n4.7,3.2,green\n4.6,3.1,red\n",
    "y,n,n\nn,y,?\ny,y,n\nn,n,y\n",
    "1\t2.5e3\tx\r\n-4\tNA\ty\r\n\r\n7\t8\t\"x\"\r\n",
    "\u{feff}größe;λ\n1;2\n3;4\n",
    "  92 115 120 3\n84 102   106 3\n84 102 102 5\n",
    "7\n8\n\n9\n",
];

const CODEBOOKS: [&str; 5] = [
    "3 hexa 3 2 gaussian\n1 2.5 x a\n4 5 -6e3\n7 8 9 b c\nx x x\n.1 +2 3. 12\n1 1 1\n",
    "# a map\n2 rect 1 2 bubble\n#n length width\n 0.5\t1 \n\n-0 1e-9\n",
    "2 lvq\r\n5.1 3.5 setosa\r\n4.9 NaN virginica\r\n",
    "\u{feff}1 Data\n7\n8 größe #1\n",
    "4\n1 2 3 4\n",
];

fn label() -> impl Strategy<Value = Option<LabelColumn>> {
    prop::sample::select(vec![
        None,
        Some(LabelColumn::First),
        Some(LabelColumn::Last),
        Some(LabelColumn::Index(1)),
        Some(LabelColumn::Name("width".to_owned())),
    ])
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn of_a_table(text in prop::sample::select(TABLES.to_vec()), label in label(), changes in changes()) {
        let options = TableOptions { label, ..Default::default() };
        let bytes = changed(text.as_bytes(), &changes);
        checked(read_table_from(&bytes[..], "table", &options));
    }

    #[test]
    fn of_a_packed_table(text in prop::sample::select(TABLES.to_vec()), changes in changes()) {
        let bytes = changed(&gzip(text.as_bytes()), &changes);
        checked(read_table_from(&bytes[..], "table", &TableOptions::default()));
    }

    #[test]
    fn of_a_codebook(text in prop::sample::select(CODEBOOKS.to_vec()), changes in changes(), packed in any::<bool>()) {
        prop_assert!(read_cod_from(text.as_bytes(), "good").is_ok());
        let bytes = match packed {
            true => changed(&gzip(text.as_bytes()), &changes),
            false => changed(text.as_bytes(), &changes),
        };
        match read_cod_from(&bytes[..], "changed") {
            Ok(codebook) => {
                prop_assert!(codebook.centres.as_slice().iter().all(|x| !x.is_infinite()));
                // what was read can be written, and says the same
                let mut file = Vec::new();
                write_cod_to(&mut file, &codebook).unwrap();
                assert_same_codebook(&codebook, &read_cod_from(&file[..], "again").unwrap());
            }
            Err(error) => assert_one_line(&error),
        }
    }

    #[test]
    fn of_idx(
        sizes in prop::collection::vec(1u32..5, 1..5),
        code in prop::sample::select(vec![(8u8, 1usize), (9, 1), (0x0b, 2), (0x0c, 4), (0x0d, 4), (0x0e, 8)]),
        changes in changes(),
    ) {
        let (code, size) = code;
        let values = vec![7; sizes.iter().product::<u32>() as usize * size];
        let good = idx_file(code, &sizes, &values);
        prop_assert!(idx::read(&good[..], "good").is_ok());
        for bytes in [changed(&good, &changes), changed(&gzip(&good), &changes), gzip(&changed(&good, &changes))] {
            match idx::read(&bytes[..], "changed") {
                Ok(array) => {
                    let count = array.dimensions().iter().product::<usize>();
                    let numbers = array.numbers();
                    prop_assert_eq!(numbers.len(), count);
                    prop_assert!(numbers.iter().all(|x| x.is_finite()));
                }
                Err(error) => assert_one_line(&error),
            }
        }
    }

    #[test]
    fn of_nothing_good(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        checked(read_table_from(&bytes[..], "bytes", &TableOptions::default()));
        for bytes in [bytes.clone(), [b"\x1f\x8b\x08", &bytes[..]].concat(), [b"\0\0", &bytes[..]].concat()] {
            let _ = idx::read(&bytes[..], "bytes").map_err(|error| assert_one_line(&error));
            let _ = read_cod_from(&bytes[..], "bytes").map_err(|error| assert_one_line(&error));
        }
    }
}

/// As objects, with labels beside them, by the readers that take paths and through the front door.
#[test]
fn of_idx_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let images = idx_file(8, &[3, 2, 2], b"123456789abc");
    let mut runner = proptest::test_runner::TestRunner::new(cases(2000));
    let strategy = (
        changes(),
        changes(),
        any::<(bool, bool)>(),
        prop::sample::select(vec![(8u8, 1usize), (0x0c, 4), (0x0e, 8)]),
        1u32..3,
    );
    runner
        .run(
            &strategy,
            |(of_images, of_labels, which, (code, size), columns)| {
                let labels = idx_file(code, &[3, columns], &vec![0; 3 * columns as usize * size]);
                let one = if which.0 {
                    changed(&images, &of_images)
                } else {
                    images.clone()
                };
                let other = if which.1 {
                    changed(&labels, &of_labels)
                } else {
                    labels
                };
                for name in ["images-idx3-ubyte", "images.bin"] {
                    fs::write(path(name), &one).unwrap();
                }
                fs::write(path("labels-idx2-ubyte"), &other).unwrap();
                checked(read_idx(path("images-idx3-ubyte")));
                checked(read_idx_with_labels(
                    path("images.bin"),
                    path("labels-idx2-ubyte"),
                ));
                for name in ["images-idx3-ubyte", "images.bin"] {
                    checked(read(path(name), &ReadOptions::default()));
                }
                Ok(())
            },
        )
        .unwrap();
}

/// Half of the cases change a good batch, packed or not; the others are batches of a fault of their own.
#[test]
fn of_cifar() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("batch.bin");
    let good = cifar_file(&[&[3]]);
    let packed = gzip(&good);
    let names: String = (0..10).map(|class| format!("name {class}\n")).collect();
    let mut runner = proptest::test_runner::TestRunner::new(cases(4000));
    let told = vec![
        None,
        Some(CifarKind::Ten),
        Some(CifarKind::HundredFine),
        Some(CifarKind::HundredCoarse),
    ];
    let told = prop::sample::select(told);
    let strategy = (
        changes(),
        0usize..4,
        0usize..3074,
        told,
        prop::option::of(changes()),
    );
    runner
        .run(&strategy, |(changes, kind, at, told, of_names)| {
            let bytes = match kind {
                0 => changed(&good, &changes),
                1 => changed(&packed, &changes),
                // whole records, of which a byte differs
                2 => {
                    let mut bytes = good.repeat(2);
                    bytes[at] ^= 0x55;
                    bytes
                }
                _ => [&good[..1], &good].concat(),
            };
            fs::write(&path, bytes).unwrap();
            if let Some(changes) = of_names {
                let names = changed(names.as_bytes(), &changes);
                fs::write(folder.path().join("batches.meta.txt"), names).unwrap();
            } else {
                fs::write(folder.path().join("batches.meta.txt"), &names).unwrap();
            }
            checked(read_cifar(&[&path], told));
            let cifar = told;
            checked(read(
                &path,
                &ReadOptions {
                    cifar,
                    ..Default::default()
                },
            ));
            Ok(())
        })
        .unwrap();
}

#[cfg(feature = "npy")]
proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn of_an_array(
        descr in prop::sample::select(vec!["<f8", ">f4", "<i4", "|b1", "|u1", "<u8"]),
        fortran in any::<bool>(),
        values in prop::collection::vec(0u8..2, 48),
        changes in changes(),
        // so that changes meet the header as often as not
        header in prop::collection::vec((0usize..70, prop::sample::select(b"(){}[]',: 0123456789eEjxLTrueFalse\\\"\n+-.b#".to_vec())), 0..4),
    ) {
        use crate::npy::npy_file;
        use unsup_data::read_npy_from;

        let good = npy_file(descr, fortran, "(1, 2, 3)", &values);
        let mut odd = good.clone();
        for (at, byte) in header {
            odd[10 + at] = byte;
        }
        for bytes in [changed(&good, &changes), changed(&gzip(&good), &changes), odd] {
            checked(read_npy_from(&bytes[..], "array"));
        }
    }
}
