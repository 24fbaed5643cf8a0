//! What a table of words, labels and missing values becomes, and what is said of it.

use crate::common::bits;
use unsup_data::{
    DataError, Dataset, Delimiter, LabelColumn, LabelIfThere, MOST_WORDS, TableOptions,
    read_table_from,
};

fn table(text: &str, options: &TableOptions) -> Result<Dataset, DataError> {
    read_table_from(text.as_bytes(), "table", options)
}

fn found(text: &str) -> Dataset {
    table(text, &TableOptions::default()).unwrap()
}

fn with_label(label: LabelColumn) -> TableOptions {
    TableOptions {
        label: Some(label),
        ..Default::default()
    }
}

const SEPARATED: [(&str, &str); 4] = [
    ("tabs", "\t"),
    ("semicolons", ";"),
    ("commas", ","),
    ("white space", "  \t "),
];

#[test]
fn the_delimiter_is_found_and_said() {
    for (name, separator) in SEPARATED {
        let text =
            "a,b,\"c; d\te\"\n1,2,3\n4,5,6\n".replacen("a,b,", &["a", "b", ""].join(separator), 1);
        let text = text.replace("1,2,3", &["1", "2", "3"].join(separator));
        let text = text.replace("4,5,6", &["4", "5", "6"].join(separator));
        let data = found(&text);
        assert_eq!(
            data.features.as_slice(),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "{text:?}"
        );
        assert_eq!(data.feature_names, ["a", "b", "c; d\te"]);
        let notes = [
            format!("separated by {name}"),
            "names from the first line".to_owned(),
        ];
        assert_eq!(data.notes, notes);
    }
    // what is told is not said again, and a line that does not fit it is refused
    let options = TableOptions {
        delimiter: Some(Delimiter::Semicolon),
        header: Some(false),
        ..Default::default()
    };
    assert!(table("1;2\n3;4\n", &options).unwrap().notes.is_empty());

    for (text, shape, note) in [
        ("7\n8\n", "2x1", "one column"),
        ("  1 2\n3\t 4  \n", "2x2", "separated by white space"),
        // tabs beside commas are for looks
        ("1,\t2\n3,\t4\n", "2x2", "separated by commas"),
        ("1, 2\t\n3, 4\t\n", "2x2", "separated by commas"),
        ("\"a b\" c\n1 2\n", "1x2", "separated by white space"),
        ("\"a\nb\" c\n1 2\n", "1x2", "separated by white space"),
        ("\t\n1\n", "1x1", "one column"),
        ("1\t\t\n2\t\t\n", "2x3", "separated by tabs"),
        ("x,y\tz\n1,2\n", "1x2", "separated by commas"),
        // what leaves more numbers
        ("1,red;blue\n2,green;blue\n", "2x2", "separated by commas"),
        ("a,b;1\nc,d;2\n", "2x2", "separated by semicolons"),
        ("a, 2\t\nb, 4\t\n", "2x2", "separated by commas"),
        ("a, b\t\nb, c\t\nb, c\t\n", "2x2", "separated by commas"),
        // white space within cells
        (
            "new york\t5\t\nlos angeles\t6\t\n",
            "2x3",
            "separated by tabs",
        ),
        ("x 1\ty 2\nz 3\tx 4\n", "1x2", "separated by tabs"),
        (
            "main st 12,rome 5\nhigh st 7,york 6\n",
            "1x2",
            "separated by commas",
        ),
        (
            "x 1;y 2\nx 3;y 2\nx 1;y 2\n",
            "3x2",
            "separated by semicolons",
        ),
        ("\"a, b\" 1\n\"c\" 2\n", "2x2", "separated by white space"),
    ] {
        let data = found(text);
        let shown = (data.features.shape().to_string(), data.notes[0].clone());
        assert_eq!(shown, (shape.to_owned(), note.to_owned()), "{text:?}");
    }
    // numbers whose decimals a comma begins, which the reader refuses in words
    for (text, found) in [
        ("1,5 2,5\n3,5 4,5\n", "3,5"),
        ("1,5\t2,5\n3,5\t4,5\n", "3,5"),
        ("7;2,5\n3;4,5\n", "2,5"),
    ] {
        let error = table(text, &TableOptions::default()).unwrap_err();
        let problem =
            format!("found {found:?}, expected a number with a point before its decimals");
        assert_eq!(error.problem(), problem);
    }
    // a tab at the end of each of the first lines is one of those that separate
    let text = "1\t7\t\n".repeat(25) + "1\t2\t3\n";
    assert_eq!(found(&text).features.shape().to_string(), "26x3");
    // a row that the end of what is looked at cuts tells nothing: else it would be the first line's semicolon
    let row = ",1".repeat(50_000) + "\n";
    let text = "a;b".to_owned() + &row.replace('1', "x") + &("1".to_owned() + &row).repeat(4);
    let data = found(&text);
    assert_eq!(data.features.shape().to_string(), "4x50001");
    assert_eq!(data.notes[0], "separated by commas");
    // nothing splits all lines alike: it is the ragged one that is told
    for (text, problem) in [
        ("1;2\n3;4;5\n", "table, line 2: 3 values, line 1 has 2"),
        ("1,2\n3 4\n", "table, line 2: 1 value, line 1 has 2"),
        ("1 2\n3 4 5\n", "table, line 2: 3 values, line 1 has 2"),
        ("1\n2,3\n", "table, line 2: 2 values, line 1 has 1"),
    ] {
        let error = table(text, &TableOptions::default()).unwrap_err();
        assert_eq!(error.to_string(), problem);
    }
}

#[test]
fn the_first_line_is_a_header_where_it_cannot_be_data() {
    let rows = |text: &str| {
        let data = found(text);
        (data.features.rows(), data.feature_names.join("|"))
    };
    let named = |rows: usize, names: &str| (rows, names.to_owned());
    // above numbers
    assert_eq!(rows("a,b\n1,2\n"), named(1, "a|b"));
    assert_eq!(rows("a,b\nx,2\na,3\n"), named(2, "a|b"));
    assert_eq!(rows("a,2\n1,2\n".replace('1', "b").as_str()), named(2, ""));
    // a table of words alone: none of the first line's comes again
    assert_eq!(
        rows("vote,party\ny,left\nn,right\n"),
        named(2, "vote|party")
    );
    assert_eq!(rows("y,left\nn,right\ny,up\nn,right\n").0, 4);
    assert_eq!(rows("n,x\ny,z\nn,w\ny,z\n").0, 4);
    // nor among the labels, where words alone would tell nothing
    let labelled = |text: &str| {
        let data = table(text, &with_label(LabelColumn::Last)).unwrap();
        (data.features.rows(), data.label_names.join("|"))
    };
    assert_eq!(labelled("x,one\ny,two\nz,one\n"), (3, "one|two".to_owned()));
    assert_eq!(
        labelled("x,kind\ny,two\nz,one\n"),
        (2, "one|two".to_owned())
    );
    // marks of missing values are neither names nor numbers
    assert_eq!(rows("NA,NA\n1,2\n"), named(2, ""));
    assert_eq!(rows("?,y\n1,n\n2,y\n"), named(3, ""));
    assert_eq!(rows("?,?\ny,n\n"), named(2, ""));
    assert_eq!(rows(",b\n1,2\n"), named(1, "|b"));
    assert_eq!(rows("a,b\n?,?\n1,2\n"), named(2, "a|b"));
    // said
    let said = |text: &str, header| {
        let options = TableOptions {
            header: Some(header),
            ..Default::default()
        };
        table(text, &options).map(|data| (data.features.rows(), data.feature_names.join("|")))
    };
    assert_eq!(
        said("2001,2002\n3,4\n", true).unwrap(),
        named(1, "2001|2002")
    );
    assert_eq!(said("vote,party\ny,left\nn,right\n", false).unwrap().0, 3);
    assert_eq!(
        said("a,b\n1,2\n", false).unwrap_err().to_string(),
        r#"table, line 2, column 1: found "1", expected a word: the column holds words since line 1 ("a"; if that stands for a missing value, name it as such)"#
    );
}

/// As pandas writes an array.
#[test]
fn a_first_line_that_counts_the_columns_is_a_header() {
    let data = found(",0,1\n0,1.5,2.5\n1,3.5,4.5\n");
    assert_eq!(data.feature_names, ["", "0", "1"]);
    assert_eq!(data.features.as_slice(), [0.0, 1.5, 2.5, 1.0, 3.5, 4.5]);
    let nameless = "column 1 has no name: is it a row number?";
    let notes = ["separated by commas", "names from the first line", nameless];
    assert_eq!(data.notes, notes);
    // where one thing differs it is data
    for text in [
        ",0,1\n0,1.5,2.5\n2,3.5,4.5\n",
        ",0,1\n1,1.5,2.5\n2,3.5,4.5\n",
        ",1,2\n0,1.5,2.5\n1,3.5,4.5\n",
        "1,0,1\n0,1.5,2.5\n1,3.5,4.5\n",
        ",0,1\n,1.5,2.5\n1,3.5,4.5\n",
    ] {
        assert_eq!(found(text).features.rows(), 3, "{text:?}");
    }
    // an error names the column only where it has a name
    let error = |text| {
        table(text, &TableOptions::default())
            .unwrap_err()
            .to_string()
    };
    let problem = "found \"x\", expected a number as in the lines above";
    assert_eq!(
        error(",0\n0,7\n1,x\n"),
        format!("table, line 3, column 2 (\"0\"): {problem}")
    );
    assert_eq!(
        error(",0\n3,7\n1,x\n"),
        format!("table, line 3, column 2: {problem}")
    );
}

#[test]
fn columns_without_a_name_are_said() {
    let note = |text: &str| found(text).notes[2].clone();
    assert_eq!(
        note(",a\n7,2\n3,4\n"),
        "column 1 has no name: is it a row number?"
    );
    assert_eq!(note(",a\nx,2\ny,4\n"), "column 1 has no name");
    assert_eq!(note("a,\n1,2\n3,4\n"), "column 2 has no name");
    assert_eq!(note(",a,,\n1,2,3,4\n"), "columns 1, 3 to 4 have no name");
    // one that holds nothing is no matter
    assert_eq!(note("a,\n1,\n3,\n"), "column 2 holds no value");
}

/// As R writes a table.
#[test]
fn a_first_line_one_name_short_leaves_out_the_row_names() {
    let note =
        "the first line names all columns but the first, which holds row names and is left out";
    for (text, separator) in [
        ("\"x\" \"y\"\n\"1\" 1.5 2\n\"2\" 3 4\n", "white space"),
        ("x,y\nfirst,1.5,2\nlast,3,4\n", "commas"),
        ("x\ty\na b\t1.5\t2\nc d\t3\t4\n", "tabs"),
    ] {
        let data = found(text);
        assert_eq!(data.feature_names, ["x", "y"]);
        assert_eq!(data.features.as_slice(), [1.5, 2.0, 3.0, 4.0], "{text:?}");
        let notes = [
            &*format!("separated by {separator}"),
            note,
            "names from the first line",
        ];
        assert_eq!(data.notes, notes);
    }
    let data = found("\"x\"\n\"1\" 1.5\n\"2\" 7\n");
    assert_eq!(data.features.as_slice(), [1.5, 7.0]);
    // columns keep the numbers that they have in the file
    let text = "x,y\na,1,p\nb,2,q\n";
    for label in [
        LabelColumn::Last,
        LabelColumn::Index(2),
        LabelColumn::Name("y".to_owned()),
    ] {
        let data = table(text, &with_label(label)).unwrap();
        assert_eq!(
            (data.features.as_slice(), data.labels),
            (&[1.0, 2.0][..], Some(vec![0, 1]))
        );
        assert!(
            data.notes
                .contains(&"column 3 (\"y\") is the label: 2 classes (p, q)".to_owned())
        );
    }
    let data = table(text, &with_label(LabelColumn::First)).unwrap();
    assert_eq!(data.label_names, ["1", "2"]);
    assert_eq!(
        data.notes.last().unwrap(),
        "column 3 holds words: p = 0, q = 1"
    );
    let error = |text, options: &TableOptions| table(text, options).unwrap_err().to_string();
    assert_eq!(
        error(text, &with_label(LabelColumn::Index(0))),
        "table, line 1: column 1 holds row names, expected another to be the label"
    );
    assert_eq!(
        error("x\na,1\nb,w\n", &TableOptions::default()),
        r#"table, line 3, column 2 ("x"): found "w", expected a number as in the lines above"#
    );
    let options = TableOptions {
        header: Some(false),
        ..Default::default()
    };
    assert_eq!(
        error(text, &options),
        "table, line 2: 3 values, line 1 has 2"
    );
    // the header is told, and holds numbers
    let options = TableOptions {
        header: Some(true),
        ..Default::default()
    };
    assert_eq!(
        table("2001,2002\na,1,2\n", &options).unwrap().feature_names,
        ["2001", "2002"]
    );
}

#[test]
fn comments_before_the_first_row_are_skipped() {
    let data = found("# x y\r\n\n## by hand\n#\n1 2\n3 4\n");
    assert_eq!(data.features.as_slice(), [1.0, 2.0, 3.0, 4.0]);
    let notes = [
        "3 lines of comment at the start",
        "separated by white space",
        "no header",
    ];
    assert_eq!(data.notes, notes);
    let data = found("\u{feff}# a, b, c\nx,y\n1,2\n");
    assert_eq!(data.notes[0], "1 line of comment at the start");
    assert_eq!(data.feature_names, ["x", "y"]);
    // what else starts so is a name or a word
    assert_eq!(found("#x,y\n1,2\n").feature_names, ["#x", "y"]);
    assert_eq!(found("#f00,red\n#0f0,green\n#f00,red\n").features.rows(), 3);
    assert_eq!(
        found("x,1\n# y,2\n").features.as_slice(),
        [1.0, 1.0, 0.0, 2.0]
    );
    // lines are counted with them
    let error = |text| {
        table(text, &TableOptions::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("# c\n1,2\n3\n"),
        "table, line 3: 1 value, line 2 has 2"
    );
    assert_eq!(
        error("# c\n"),
        "table: the file is empty, expected a table of numbers or words"
    );
    assert!(error("1,2\n# c\n").starts_with("table, line 2: 1 value"));
}

/// The cell that is blamed is the one that differs from the first, which is said.
#[test]
fn a_word_that_may_stand_for_a_missing_value_is_said() {
    let error = |text: &str| {
        table(text, &TableOptions::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("a,b\n1,N/A\n2,null\n3,4\n"),
        "table, line 4, column 2 (\"b\"): found \"4\", expected a word: the column holds words since line 2 \
         (\"N/A\"; if that stands for a missing value, name it as such)"
    );
    // of a cell with line breaks before it, and a long one
    let long = format!("\"1\n\",\"{}\n\"\n2,3\n", "x".repeat(100));
    assert_eq!(
        error(&long),
        format!(
            "table, line 4, column 2: found \"3\", expected a word: the column holds words since line 2 \
             (\"{}\"…; if that stands for a missing value, name it as such)",
            "x".repeat(40)
        )
    );
}

#[test]
fn nan_and_infinity_are_words_among_words() {
    let data = found("mary,1\nnan,2\nInf,3\nnan,4\n");
    assert_eq!(data.words[0].words, ["Inf", "mary", "nan"]);
    assert_eq!(data.missing(), 0);
    let data = table("1,nan\n2,x\n3,-inf\n", &with_label(LabelColumn::Last)).unwrap();
    assert_eq!(data.label_names, ["-inf", "nan", "x"]);
    // as names, beside others
    assert_eq!(found("nan,x\n1,2\n").feature_names, ["nan", "x"]);
}

#[test]
fn numbers_with_marks_are_refused() {
    let refused = |text: &str, place: &str, found: &str, expected: &str| {
        let error = table(text, &TableOptions::default())
            .unwrap_err()
            .to_string();
        let whole = format!("table, {place}: found {found:?}, expected a number {expected}");
        assert_eq!(error, whole, "{text:?}");
    };
    let thousands = "without separators of thousands";
    for (word, expected) in [
        ("1 000", thousands),
        ("1\u{a0}000", thousands),
        ("-12\u{202f}345.5", thousands),
        ("1'234'567", thousands),
        ("1,234,567", thousands),
        ("\u{2212}1", "with the hyphen \"-\" as its minus sign"),
        ("50%", "without a sign of per cent"),
        ("1.5 %", "without a sign of per cent"),
        ("$1.5", "without a sign of currency"),
        ("-$1.5", "without a sign of currency"),
        ("3 €", "without a sign of currency"),
    ] {
        refused(
            &format!("a,b\n1,\"{word}\"\n2,\n3,\"{word}\"\n"),
            "line 2, column 2 (\"b\")",
            word,
            expected,
        );
        refused(
            &format!("1,2\n1,\"{word}\"\n"),
            "line 2, column 2",
            word,
            expected,
        );
        refused(
            &format!("1,\"{word}\"\n1,2\n"),
            "line 1, column 2",
            word,
            expected,
        );
    }
    let both = "with a point before its decimals and without separators of thousands";
    refused("1,\"1,234\"\n", "line 1, column 2", "1,234", both);
    // one real word among them, and they are words; so are what only looks like such
    for text in [
        "1,50%\n2,much\n",
        "1,5%%\n2,%\n",
        "1,--\n2,$\n",
        "1,$-5\n2,$+5\n",
        "1,A4\n2,5th\n",
    ] {
        assert_eq!(found(text).words.len(), 1, "{text:?}");
    }
}

/// The first line turns out to be data only at the end, and is then the first object.
#[test]
fn a_first_line_of_words_keeps_its_place() {
    let options = with_label(LabelColumn::Last);
    let data = table("b,n,one\na,y,two\nb,y,one\na,n,two\n", &options).unwrap();
    assert_eq!(
        data.features.as_slice(),
        [1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0]
    );
    assert_eq!(data.labels, Some(vec![0, 1, 0, 1]));
}

#[test]
fn words_become_numbers_in_the_order_of_their_code_points() {
    let data = found("sex,colour,size,kind\nm,red,1,x\nf,green,?,x\nm,blue,3,x\nm,?,4,x\n");
    assert_eq!(
        data.feature_names,
        [
            "sex",
            "colour=blue",
            "colour=green",
            "colour=red",
            "size",
            "kind"
        ]
    );
    const NAN: f64 = f64::NAN;
    let expected = [
        [1.0, 0.0, 0.0, 1.0, 1.0, 0.0],
        [0.0, 0.0, 1.0, 0.0, NAN, 0.0],
        [1.0, 1.0, 0.0, 0.0, 3.0, 0.0],
        [1.0, NAN, NAN, NAN, 4.0, 0.0],
    ];
    let expected: Vec<u64> = expected
        .as_flattened()
        .iter()
        .map(|x| x.to_bits())
        .collect();
    assert_eq!(bits(&data), expected);
    assert_eq!(data.missing(), 4);
    assert_eq!(
        data.notes,
        [
            "separated by commas",
            "names from the first line",
            "column 1 holds words: f = 0, m = 1",
            "column 2 holds words: 3 values, a feature for each (blue, green, red)",
            "column 4 holds one word: x = 0",
            "2 values are missing (\"?\")",
        ]
    );
    assert_eq!(
        data.require_complete().unwrap_err().to_string(),
        r#"table, object 2, feature 5 ("size"): the value is missing, expected a number (4 values in all are missing)"#
    );
    // without names, columns are called by their numbers where a feature's name needs one
    let data = found("a,1\nb,2\nc,3\n");
    assert_eq!(
        data.feature_names,
        ["column 1=a", "column 1=b", "column 1=c", "column 2"]
    );
    assert!(found("a,1\nb,2\na,3\n").feature_names.is_empty());
}

#[test]
fn columns_coded_alike_are_said_together() {
    let data = found("y,n,1,,a,y\nn,y,2,,b,n\ny,n,3,,c,y\n");
    assert_eq!(
        data.notes[2..],
        [
            "columns 1 to 2, 6 hold words: 2 values each, n = 0, y = 1",
            "column 4 holds no value",
            "column 5 holds words: 3 values, a feature for each (a, b, c)",
            "3 values are missing (\"\")",
        ]
    );
    // long and odd words stay short and in one line
    let long = "w".repeat(1000);
    let data = found(&format!("\"x\ny\",1\n{long},2\n\"x\ny\",3\n"));
    assert_eq!(
        data.notes[2],
        format!("column 1 holds words: {}… = 0, x\\ny = 1", "w".repeat(24))
    );
    let many: String = (0..200).map(|i| format!("word{i:03},1\n")).collect();
    assert_eq!(
        found(&many).notes[2],
        "column 1 holds words: 200 values, a feature for each (word000, word001, word002, word003, word004, word005, \
         word006, word007, word008, word009, …)"
    );
    let row = |word: usize| {
        (0..50)
            .map(|j| format!("a{}", j * word))
            .collect::<Vec<_>>()
            .join(",")
    };
    let notes = found(&format!("{},1\n{},2\n", row(1), row(2))).notes;
    assert_eq!(notes.len(), 2 + 20 + 1);
    assert_eq!(notes.last().unwrap(), "30 more columns hold words");
}

#[test]
fn labels_are_the_distinct_texts_in_order() {
    let classes = |text: &str, label: LabelColumn| {
        let data = table(text, &with_label(label)).unwrap();
        (
            data.label_names.join("|"),
            data.labels.unwrap(),
            data.notes.join("; "),
        )
    };
    // numbers by their size
    let (names, labels, _) = classes("1,10\n2,9\n3,-1.5\n4,9\n", LabelColumn::Last);
    assert_eq!((names.as_str(), labels), ("-1.5|9|10", vec![2, 1, 0, 1]));
    // one number however it is written, under its shortest text, the first of equally short ones
    let (names, labels, notes) = classes(
        "1,1.0\n2,01\n3,+2\n4,1\n5,-0\n6,02\n7,0\n",
        LabelColumn::Last,
    );
    assert_eq!(
        (names.as_str(), labels),
        ("0|1|+2", vec![1, 1, 2, 1, 0, 2, 0])
    );
    assert!(
        notes.ends_with("is the label: 3 classes (0, 1, +2)"),
        "{notes}"
    );
    // but not those that only double precision takes for one
    let (names, _, _) = classes(
        "1,9007199254740993\n2,9007199254740992\n",
        LabelColumn::Last,
    );
    assert_eq!(names, "9007199254740993|9007199254740992");
    // a word among them, and all are texts
    let (names, labels, _) = classes("1,1.0\n2,1\n3,x\n", LabelColumn::Last);
    assert_eq!((names.as_str(), labels), ("1|1.0|x", vec![1, 0, 2]));
    let (names, labels, _) = classes("10,1\n9,2\nx,3\n", LabelColumn::First);
    assert_eq!((names.as_str(), labels), ("10|9|x", vec![0, 1, 2]));
    // by name, which makes the first line a header even over words alone
    let text = "vote,\"the, class\",day\ny,b,mon\nn,a,tue\n";
    let (names, labels, notes) = classes(text, LabelColumn::Name("the, class".to_owned()));
    assert_eq!((names.as_str(), labels), ("a|b", vec![1, 0]));
    assert_eq!(
        notes,
        "separated by commas; names from the first line; column 2 (\"the, class\") is the label: 2 classes (a, b); \
         column 1 holds words: n = 0, y = 1; column 3 holds words: mon = 0, tue = 1"
    );
    let data = table(text, &with_label(LabelColumn::Index(1))).unwrap();
    assert_eq!(data.feature_names, ["vote", "day"]);
    // a label over numbers is a name
    let (_, labels, _) = classes("vote,class\ny,1\nn,0\n", LabelColumn::Last);
    assert_eq!(labels, [1, 0]);
    let (_, _, notes) = classes("1 7\n2 7\n", LabelColumn::Last);
    assert!(
        notes.ends_with("column 2 is the label: 1 class (7)"),
        "{notes}"
    );
}

#[test]
fn a_label_column_that_may_be_missing_is_found_where_it_is() {
    let read = |text: &str, column: &str, of: usize| {
        let options = TableOptions {
            label_if_there: Some(LabelIfThere {
                column: column.parse().unwrap(),
                of,
            }),
            ..Default::default()
        };
        let data = table(text, &options).unwrap();
        (data.labels, data.label_column, data.features.columns())
    };
    let known = |labels: &[usize], column: &str, features| {
        (Some(labels.to_vec()), Some(column.to_owned()), features)
    };
    let named = "x,y,z\n1,b,5\n2,a,6\n";
    // a name in any table that has it once, and then that line holds names
    assert_eq!(read(named, "y", 9), known(&[1, 0], "y", 2));
    assert_eq!(read("x,y\na,b\nc,b\n", "y", 9), known(&[0, 0], "y", 1));
    assert_eq!(read(named, "w", 3), (None, None, 3));
    assert_eq!(read("y,y,z\n1,2,5\n2,3,6\n", "y", 3), (None, None, 3));
    // a number in a table of as many columns
    let nameless = "1,b,5\n2,a,6\n";
    assert_eq!(read(nameless, "2", 3), known(&[1, 0], "column 2", 2));
    assert_eq!(read(named, "2", 3), known(&[1, 0], "y", 2));
    assert_eq!(read(nameless, "last", 3), known(&[0, 1], "column 3", 2));
    assert_eq!(read(nameless, "2", 4), (None, None, 3));
    assert_eq!(read("b,1\na,2\n", "first", 3), (None, None, 2));
    // numbers and words, as a feature may not hold them; and one that is missing, in the first line and later
    assert_eq!(read("1,b\n2,7\n", "2", 2), known(&[1, 0], "column 2", 1));
    for text in ["1,?\n2,b\n", "1,b\n2,?\n", "1,?\n2,?\n"] {
        assert_eq!(read(text, "2", 2), (None, Some("column 2".to_owned()), 1));
    }
    // what is said to be the label is, and is to be whole
    let both = TableOptions {
        label: Some(LabelColumn::First),
        label_if_there: Some(LabelIfThere {
            column: LabelColumn::Last,
            of: 3,
        }),
        ..Default::default()
    };
    assert_eq!(
        table(nameless, &both).unwrap().label_column.unwrap(),
        "column 1"
    );
    let error = table("?,1,2\nb,3,4\n", &both).unwrap_err().to_string();
    assert!(error.contains("the label is missing"), "{error}");
}

#[test]
fn a_label_column_that_is_not_there_is_refused_with_those_that_are() {
    let refused = |text: &str, label: &str| {
        let options = with_label(label.parse().unwrap());
        table(text, &options).unwrap_err().to_string()
    };
    for (text, label, expected) in [
        (
            "a,b\n1,2\n",
            "3",
            "table, line 1: there is no column 3 to be the label, found 2 columns",
        ),
        (
            "a\n1\n",
            "18446744073709551615",
            "table, line 1: there is no column 18446744073709551615 to be the label, found 1 column",
        ),
        (
            "\na,b\n1,2\n",
            "c",
            r#"table, line 2: no column is called "c", expected one of "a", "b""#,
        ),
        (
            "1,2\n3,4\n",
            "c",
            r#"table, line 1: no column is called "c", expected one of "1", "2""#,
        ),
        (
            "a,b,a\n1,2,3\n",
            "a",
            r#"table, line 1: columns 1 and 3 are called "a", expected one of them by its number"#,
        ),
        (
            "a\n1\n",
            "a",
            "table: the label is the only column, expected features beside it",
        ),
        (
            "a,b\n1,2\n3,\n",
            "b",
            r#"table, line 3, column 2 ("b"): the label is missing, expected a class"#,
        ),
        (
            "1,2\n3,NA\n",
            "last",
            r#"table, line 2, column 2: the label is missing ("NA"), expected a class"#,
        ),
    ] {
        assert_eq!(refused(text, label), expected);
    }
    let options = TableOptions {
        header: Some(false),
        ..with_label(LabelColumn::Name("a".to_owned()))
    };
    assert_eq!(
        table("a,b\n1,2\n", &options).unwrap_err().to_string(),
        r#"table, line 1: no column is called "a": there is no header, expected first, last or a number from 1 to 2"#
    );
}

#[test]
fn the_label_column_as_text() {
    let parsed = |text: &str| text.parse::<LabelColumn>();
    assert_eq!(parsed("first"), Ok(LabelColumn::First));
    assert_eq!(parsed("last"), Ok(LabelColumn::Last));
    assert_eq!(parsed("1"), Ok(LabelColumn::Index(0)));
    assert_eq!(parsed("-1"), Ok(LabelColumn::Name("-1".to_owned())));
    assert_eq!(
        parsed("the class"),
        Ok(LabelColumn::Name("the class".to_owned()))
    );
    assert_eq!(parsed("0").unwrap_err(), "columns are counted from 1");
    assert!(parsed("").is_err() && parsed(&"9".repeat(30)).is_err());
}

#[test]
fn marks_of_missing_values_are_the_callers() {
    let options = |marks: &[&str]| TableOptions {
        missing: marks.iter().map(|&mark| mark.to_owned()).collect(),
        ..Default::default()
    };
    let missing =
        |text: &str, marks: &[&str]| table(text, &options(marks)).map(|data| data.missing());
    assert_eq!(missing("1\n-999\nnan\n?\n", &["-999", "nan", "?"]), Ok(3));
    assert_eq!(missing("1,x\nNA,NA\n,?\n", &["?", "", "NA"]), Ok(4));
    let error = |text: &str, marks: &[&str]| missing(text, marks).unwrap_err().to_string();
    assert_eq!(
        error("1\n?\n", &[]),
        r#"table, line 2, column 1: found "?", expected a number as in the lines above"#
    );
    for (text, line) in [
        ("1,2\n,4\n", 2),
        ("a,b\n1,2\n3,4\n5, \n", 4),
        ("1\n\n\"\"\n", 3),
    ] {
        let error = error(text, &["?"]);
        assert!(error.contains(&format!("line {line}, ")), "{error}");
        assert!(
            error.ends_with("found an empty cell, expected a value"),
            "{error}"
        );
    }
    // by default an empty cell is missing wherever it stands
    for (text, count) in [
        ("1,2\n,4\n", 1),
        ("1,2\n3,\r\n", 1),
        ("1,2\n3, \n", 1),
        ("1,2,\n3,4,\n", 2),
        (",\n1,2\n", 2),
        ("1\n\n\"\"\n", 1),
        ("1\r\n\r\n\" \"\r\n", 1),
        ("\"\"", 1),
    ] {
        assert_eq!(found(text).missing(), count, "{text:?}");
    }
}

#[test]
fn too_many_words_are_refused() {
    let words = |count: usize| (0..count).map(|i| format!("w{i}\n")).collect::<String>();
    // else the first would be a name
    let options = TableOptions {
        header: Some(false),
        ..Default::default()
    };
    let data = table(&words(MOST_WORDS), &options).unwrap();
    assert_eq!(data.features.shape().to_string(), "1000x1000");
    assert_eq!(
        table(&words(MOST_WORDS + 1), &options)
            .unwrap_err()
            .to_string(),
        "table, line 1001, column 1: found \"w1000\", expected no more than 1000 distinct words in a column"
    );
    // few words, but many objects for so short lines
    let words: String = (0..6000)
        .map(|i| format!("{}\n", char::from_u32(0x4e00 + i % 400).unwrap()))
        .collect();
    assert_eq!(
        table(&words, &TableOptions::default())
            .unwrap_err()
            .to_string(),
        "table: a feature for each word makes 6000x400 features, 19200000 bytes: expected at most 256 for each of the file's 24000"
    );
    // as labels there may be any number of them
    let labelled: String = (0..5000).map(|i| format!("{i},w{i:04}\n")).collect();
    let data = table(&labelled, &with_label(LabelColumn::Last)).unwrap();
    assert_eq!(data.label_names.len(), 5000);
    assert_eq!(data.labels.unwrap()[4321], 4321);
    let note = &data.notes[2];
    assert!(
        note.ends_with(", …), one for nearly each object: does it name the objects?"),
        "{note}"
    );
    let note = |text: &str| table(text, &with_label(LabelColumn::Last)).unwrap().notes[2].clone();
    let predicted = "column 2 is the label: 3 classes (0.5, 1, 2): is it a number to be predicted?";
    assert_eq!(note("1,1\n2,0.5\n3,2\n4,2\n"), predicted);
    assert!(!note("1,1\n2,3\n3,2.0\n4,2\n").contains('?'));
    let numbers: String = (0..1001).map(|i| format!("{i},{i}\n")).collect();
    assert!(
        note(&numbers).ends_with(", one for nearly each object: is it a number to be predicted?")
    );
    let numbers: String = (0..3000).map(|i| format!("{i},{}\n", i % 1001)).collect();
    assert!(note(&numbers).ends_with(", …): is it a number to be predicted?"));
    let numbers: String = (0..3000).map(|i| format!("{i},{}\n", i % 1000)).collect();
    assert!(note(&numbers).ends_with(", …)"));
}
