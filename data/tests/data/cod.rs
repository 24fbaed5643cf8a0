//! Maps and codebooks as SOM_PAK and LVQ_PAK write them, and what is written read back.

use crate::common::{Dripping, cases, finite, gzip};
use proptest::prelude::*;
use std::fs;
use unsup_autograd::Matrix;
use unsup_data::{
    CodebookFile, CodebookKind, Lattice, LatticeKernel, read_cod, read_cod_from, write_cod_to,
};

/// The same to the bit: a missing component is not equal to itself.
pub fn assert_same_codebook(a: &CodebookFile, b: &CodebookFile) {
    assert_eq!((a.kind, &a.labels), (b.kind, &b.labels));
    assert_eq!(a.centres.shape(), b.centres.shape());
    assert_eq!(bits(&a.centres), bits(&b.centres));
}

fn bits(x: &Matrix<f64>) -> Vec<u64> {
    x.as_slice().iter().map(|x| x.to_bits()).collect()
}

/// From bytes at once, one by one and packed, the same.
fn read(text: &str) -> CodebookFile {
    let codebook = read_cod_from(text.as_bytes(), "some.cod").unwrap();
    let packed = gzip(text.as_bytes());
    for bytes in [text.as_bytes(), &packed] {
        let dripped = read_cod_from(Dripping::new(bytes), "some.cod").unwrap();
        assert_same_codebook(&dripped, &codebook);
    }
    codebook
}

fn written(codebook: &CodebookFile) -> String {
    let mut text = Vec::new();
    write_cod_to(&mut text, codebook).unwrap();
    String::from_utf8(text).unwrap()
}

/// No labels of so many nodes.
fn unlabelled(nodes: usize) -> Vec<Vec<String>> {
    vec![vec![]; nodes]
}

/// As a calibrated map is written: six digits, a space at the end of each line.
#[test]
fn a_labelled_map() {
    let text = "\
3 hexa 3 2 gaussian
0.191082 0.0382 -1.5e-05 F 
12.3 13 14 
0.5 x 1 A a 
100 101 102 B_2 
x x x 
-1 -0 1e+06 17 
";
    let map = read(text);
    assert_eq!(
        map.kind,
        CodebookKind::Map(Lattice {
            hexagonal: true,
            columns: 3,
            rows: 2,
            kernel: LatticeKernel::Gaussian
        })
    );
    assert_eq!(map.centres.shape().to_string(), "6x3");
    assert_eq!(map.centres.row(0), [0.191082, 0.0382, -1.5e-5]);
    // the first of the second row
    assert_eq!(map.centres.row(3), [100.0, 101.0, 102.0]);
    assert_eq!(map.centres.row(5), [-1.0, 0.0, 1e6]);
    assert!(map.centres.row(5)[1].is_sign_negative());
    let missing: Vec<usize> = (0..18)
        .filter(|&i| map.centres.as_slice()[i].is_nan())
        .collect();
    assert_eq!(missing, [7, 12, 13, 14]);
    let labels: Vec<String> = map.labels.iter().map(|labels| labels.join(" ")).collect();
    assert_eq!(labels, ["F", "", "A a", "B_2", "", "17"]);
    let again = "\
3 hexa 3 2 gaussian
0.191082 0.0382 -0.000015 F
12.3 13 14
0.5 x 1 A a
100 101 102 B_2
x x x
-1 -0 1000000 17
";
    assert_eq!(written(&map), again);
}

/// With the comments of a snapshot and the names of components that other programs put in comments.
#[test]
fn comments_are_anywhere() {
    let plain = "2 rect 1 3 bubble\n1 2 a\n3 4 #b\n5 6\n";
    let commented = "\
#start 1

2 rect 1 3 bubble
#SNAPSHOT FILE
#iterations: 100/1000
#n length width
1 2 a
\t
3\t 4   #b
  5 6\t
#end";
    assert_same_codebook(&read(commented), &read(plain));
    let dos = format!("\u{feff}{}", commented.replace('\n', "\r\n"));
    assert_same_codebook(&read(&dos), &read(plain));
    assert_eq!(written(&read(&dos)), plain);
}

#[test]
fn a_codebook_of_lvq() {
    let codebook = read("# iris\n4 lvq\n5.1 3.5 1.4 0.2 setosa\n6.3 3.3 6 nan virginica\n");
    assert_eq!(codebook.kind, CodebookKind::Lvq);
    assert_eq!(codebook.labels, [["setosa"], ["virginica"]]);
    assert_eq!(codebook.centres.row(1)[..3], [6.3, 3.3, 6.0]);
    assert!(codebook.centres.row(1)[3].is_nan());
    assert_eq!(
        written(&codebook),
        "4 lvq\n5.1 3.5 1.4 0.2 setosa\n6.3 3.3 6 x virginica\n"
    );
}

#[test]
fn vectors_alone() {
    for header in ["2", "2 data", "2 DATA\t"] {
        let vectors = read(&format!("{header}\n1 2\n3 4 5 6"));
        assert_eq!(vectors.kind, CodebookKind::Plain);
        assert_eq!(vectors.centres.as_slice(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(vectors.labels, [vec![], vec!["5", "6"]]);
        assert_eq!(written(&vectors), "2\n1 2\n3 4 5 6\n");
    }
}

#[test]
fn capitals_and_signs() {
    let small = read("1 rect 2 2 gaussian\nx\nx\nx\nx X\n");
    let large = read("1 RECT 2 2 Gaussian\nX\nNaN\n-nan\n+NAN X\n");
    assert_same_codebook(&small, &large);
    assert!(small.centres.as_slice().iter().all(|x| x.is_nan()));
    assert_eq!(read("1\n.5\n").centres.item(), 0.5);
    assert_eq!(read("1\n+5.\n").centres.item(), 5.0);
}

#[test]
fn a_file_packed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let text = "1 hexa 1 1 bubble\n0.1 a\n";
    for (name, content) in [("a.cod", text.into()), ("a.cod.gz", gzip(text.as_bytes()))] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        assert_same_codebook(&read_cod(path).unwrap(), &read(text));
    }
}

/// Infinity, and labels that would be read as something else.
#[test]
fn what_cannot_be_written() {
    let mut codebook = CodebookFile {
        kind: CodebookKind::Plain,
        centres: Matrix::from_rows(&[[1.0, 2.0], [3.0, f64::INFINITY]]),
        labels: unlabelled(2),
    };
    let error = |codebook: &CodebookFile| {
        let error = write_cod_to(std::io::sink(), codebook).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        error.to_string()
    };
    assert_eq!(
        error(&codebook),
        "row 2, column 2 is inf, expected a finite number"
    );
    codebook.centres[(1, 1)] = 4.0;
    let word = "a word without white space";
    let option = "a label: weights and fixed points are of objects to train on";
    for (label, expected) in [
        ("", word),
        ("Iris setosa", word),
        ("a\nb", word),
        ("\t", word),
        ("a\r", word),
        ("\u{c}", word),
        ("a\0", word),
        ("weight=3", option),
        ("fixed=", option),
    ] {
        codebook.labels[1] = vec!["a".to_owned(), label.to_owned()];
        assert_eq!(
            error(&codebook),
            format!("a label of node 2 is {label:?}, expected {expected}")
        );
    }
    // and such as only look like it
    for label in [
        "weight",
        "unfixed=1",
        "#",
        "1",
        "x",
        "\u{a0}",
        "\u{feff}",
        "\u{b}",
    ] {
        codebook.labels[1] = vec![label.to_owned()];
        assert_same_codebook(&read(&written(&codebook)), &codebook);
    }
}

#[test]
#[should_panic(expected = "write_cod: labels of 2 nodes for centres of 1x1")]
fn labels_that_are_not_as_many_as_centres_panic() {
    let codebook = CodebookFile {
        kind: CodebookKind::Plain,
        centres: Matrix::scalar(1.0),
        labels: unlabelled(2),
    };
    let _ = write_cod_to(std::io::sink(), &codebook);
}

#[test]
#[should_panic(expected = "write_cod: a lattice of 2x3 nodes for centres of 5x1")]
fn a_lattice_of_other_size_panics() {
    let codebook = CodebookFile {
        kind: CodebookKind::Map(Lattice {
            hexagonal: false,
            columns: 2,
            rows: 3,
            kernel: LatticeKernel::Bubble,
        }),
        centres: Matrix::zeros(5, 1),
        labels: unlabelled(5),
    };
    let _ = write_cod_to(std::io::sink(), &codebook);
}

/// Codebooks of every kind, with components missing and labels of any words.
fn codebooks() -> impl Strategy<Value = CodebookFile> {
    let value = prop_oneof![9 => finite(), 1 => Just(f64::NAN)];
    let label = "[^\0\t\n\r\u{c} ]{1,5}";
    let sizes = (1usize..5, 1usize..5, 1usize..5);
    (sizes, 0..4, any::<(bool, bool)>()).prop_flat_map(
        move |((columns, rows, dimension), kind, (hexagonal, bubble))| {
            let nodes = columns * rows;
            let kernel = match bubble {
                true => LatticeKernel::Bubble,
                false => LatticeKernel::Gaussian,
            };
            let kind = match kind {
                0 => CodebookKind::Plain,
                1 => CodebookKind::Lvq,
                _ => CodebookKind::Map(Lattice {
                    hexagonal,
                    columns,
                    rows,
                    kernel,
                }),
            };
            let values = prop::collection::vec(value.clone(), nodes * dimension);
            let labels = prop::collection::vec(prop::collection::vec(label, 0..3), nodes);
            (values, labels).prop_map(move |(values, labels)| CodebookFile {
                kind,
                centres: Matrix::from_vec(nodes, dimension, values),
                labels,
            })
        },
    )
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn a_written_codebook_is_read_back(codebook in codebooks(), packed in any::<bool>()) {
        let text = written(&codebook);
        let file = match packed {
            true => gzip(text.as_bytes()),
            false => text.into_bytes(),
        };
        assert_same_codebook(&read_cod_from(&file[..], "some.cod").unwrap(), &codebook);
    }
}
