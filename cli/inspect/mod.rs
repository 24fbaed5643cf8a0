//! `unsup inspect`: what a file or a folder holds.
//!
//! | file | what is looked at |
//! |---|---|
//! | `tensors` | models, checkpoints, and the tensors of other programs |
//! | `objects` | data and codebooks |
//!
//! A file is known by its content, so that its name may be any.

mod objects;
mod tensors;

use crate::arguments::Inspect;
use crate::output::print;
use crate::train::count;
use std::error::Error;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use unsup_data::in_one_line;
use unsup_nn::saving::{Value, json};

/// Of a file that is larger only its size is said among the others of a folder.
const LARGE: u64 = 1 << 26;

/// `unsup inspect`
pub fn inspect(arguments: &Inspect) -> Result<(), Box<dyn Error>> {
    let path = &arguments.path;
    let shown = path.display().to_string();
    let metadata =
        fs::metadata(path).map_err(|error| format!("{shown}: cannot be read: {error}"))?;
    let found = match metadata.is_dir() {
        true => folder(path)?,
        false => look(path)?,
    };
    let text = match arguments.json {
        true => {
            let mut said = json!({ "file": shown, "kind": found.kind });
            if metadata.is_file() {
                said["bytes"] = json!(metadata.len());
            }
            if let Value::Object(figures) = found.figures {
                for (name, value) in figures {
                    said[name.as_str()] = value;
                }
            }
            format!("{said}\n")
        }
        false => {
            let size = match metadata.is_file() {
                true => format!(", {}", size(metadata.len())),
                false => String::new(),
            };
            let shown = in_one_line(&shown);
            let rest = if arguments.quiet { "" } else { &found.text };
            format!("{shown}: {}{size}\n{rest}", found.brief)
        }
    };
    Ok(print(&text)?)
}

/// What something holds.
struct Found {
    kind: &'static str,
    /// In a few words.
    brief: String,
    /// The rest for a reader, in lines.
    text: String,
    /// The rest for another program, an object.
    figures: Value,
}

/// What a file is that holds no tensors, "a picture (PNG, 8x8 pixels)"; nothing where it can't be told, or it is large.
pub fn other_than_tensors(path: &Path) -> Option<String> {
    let (start, bytes) = start(path).ok()?;
    if bytes > LARGE || is_of_tensors(path, &start, bytes) {
        return None;
    }
    let brief = look(path).ok()?.brief;
    Some(match brief.split_once(", ") {
        Some((what, how)) => format!("{what} ({how})"),
        None => brief,
    })
}

/// The first bytes of a file, and how many it has.
///
/// # Errors
/// If it can't be read, or is no file.
fn start(path: &Path) -> Result<(Vec<u8>, u64), String> {
    let shown = path.display();
    let refused = |error| format!("{shown}: cannot be read: {error}");
    let metadata = fs::metadata(path).map_err(refused)?;
    if !metadata.is_file() {
        // a device, say, may never end
        return Err(format!("{shown}: is no regular file"));
    }
    let mut start = Vec::new();
    let file = File::open(path).map_err(refused)?;
    file.take(64).read_to_end(&mut start).map_err(refused)?;
    Ok((start, metadata.len()))
}

/// Whether a file is one of tensors, by its name or its content.
fn is_of_tensors(path: &Path, start: &[u8], bytes: u64) -> bool {
    ends(path, ".safetensors") || tensors::begins_so(start, bytes)
}

fn ends(path: &Path, suffix: &str) -> bool {
    path.to_string_lossy().ends_with(suffix)
}

/// What a file holds.
///
/// # Errors
/// If it can't be read, or is nothing that is known.
fn look(path: &Path) -> Result<Found, String> {
    let (start, bytes) = start(path)?;
    if is_of_tensors(path, &start, bytes) {
        return tensors::look(path);
    }
    if let Some((width, height)) = png_size(&start) {
        return Ok(Found {
            kind: "picture",
            brief: format!("a picture, PNG, {width}x{height} pixels"),
            text: String::new(),
            figures: json!({ "width": width, "height": height }),
        });
    }
    if start
        .trim_ascii_start()
        .to_ascii_lowercase()
        .starts_with(b"<!doctype html")
    {
        return Ok(Found {
            kind: "page",
            brief: "a page, HTML".to_owned(),
            text: String::new(),
            figures: json!({}),
        });
    }
    if start.trim_ascii_start().starts_with(b"{")
        && let Some(found) = own_json(path)
    {
        return Ok(found);
    }
    objects::look(path, ends(path, ".cod") || ends(path, ".cod.gz"))
}

/// The results of a lecture, or what a folder of this program's is known by; `None` for any other file.
fn own_json(path: &Path) -> Option<Found> {
    let value: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    if let (Some(method), Some(files)) = (value["method"].as_str(), value["files"].as_array()) {
        let files = count(files.len(), "file", "files");
        return Some(Found {
            kind: "marker",
            brief: format!("by this the folder is known: {method} has left {files} in it"),
            text: String::new(),
            figures: json!({ "method": method }),
        });
    }
    let gates = ["hold", "fail", "not_evaluated"].map(|key| value["gates"][key].as_u64());
    let [Some(hold), Some(fail), Some(open)] = gates else {
        return None;
    };
    let methods = value["methods"].as_array().map_or(0, Vec::len);
    Some(Found {
        kind: "results",
        brief: format!(
            "the results of a lecture, {}: {hold} gates hold, {fail} do not, {open} were not evaluated",
            count(methods, "method", "methods")
        ),
        text: String::new(),
        figures: json!({ "gates": value["gates"], "methods": value["methods"] }),
    })
}

/// What lies in a folder, file by file; of folders in it only that they are there.
fn folder(path: &Path) -> Result<Found, String> {
    let shown = path.display();
    let refused = |error| format!("{shown}: cannot be read: {error}");
    let entries = fs::read_dir(path).map_err(refused)?;
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>().map_err(refused)?;
    entries.sort_by_key(|entry| entry.file_name());
    let (mut lines, mut files) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        // one that is gone by now, or leads nowhere, has no size
        let metadata = fs::metadata(&path).ok();
        let bytes = metadata.as_ref().map_or(0, |metadata| metadata.len());
        let is_file = metadata.is_some_and(|metadata| metadata.is_file());
        let (kind, brief) = match (path.is_dir(), is_file && bytes > LARGE) {
            (true, _) => ("folder", "a folder".to_owned()),
            (_, true) => ("unknown", "large; to be looked at by itself".to_owned()),
            _ => match look(&path) {
                Ok(found) => (found.kind, found.brief),
                Err(error) => {
                    // the name stands before it
                    let problem = error.strip_prefix(&path.display().to_string());
                    let problem = problem.unwrap_or(&error);
                    (
                        "unknown",
                        problem.trim_start_matches([':', ',', ' ']).to_owned(),
                    )
                }
            },
        };
        let size = if is_file { size(bytes) } else { String::new() };
        lines.push([in_one_line(&name), size, in_one_line(&brief)]);
        files.push(json!({
            "file": name,
            "kind": kind,
            "bytes": is_file.then_some(bytes),
            "brief": brief,
        }));
    }
    Ok(Found {
        kind: "folder",
        brief: format!("a folder, {}", count(files.len(), "entry", "entries")),
        text: in_columns(&lines),
        figures: json!({ "files": files }),
    })
}

/// Width and height of a PNG picture that begins so.
fn png_size(start: &[u8]) -> Option<(u32, u32)> {
    let rest = start.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let number = |at: usize| Some(u32::from_be_bytes(*rest.get(at..)?.first_chunk()?));
    Some((number(8)?, number(12)?))
}

/// Bytes in the unit that they are read in.
fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    let mut size = bytes as f64;
    let mut unit = "bytes";
    for larger in units {
        if size < 1000.0 {
            break;
        }
        size /= 1000.0;
        unit = larger;
    }
    match unit {
        "bytes" => count(bytes as usize, "byte", "bytes"),
        _ => format!("{size:.1} {unit}"),
    }
}

/// Cells below each other, a line each, two spaces before it.
fn in_columns<const N: usize>(lines: &[[String; N]]) -> String {
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for line in lines {
        let mut out = " ".to_owned();
        for (cell, width) in line.iter().zip(widths) {
            out += &format!(" {cell:<width$} ");
        }
        text += &format!("{}\n", out.trim_end());
    }
    text
}

/// A text as far as it is short.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The first of many names, in one line.
fn first_of(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown = names.iter().take(SHOWN);
    let shown: Vec<String> = shown
        .map(|name| in_one_line(&shortened(name, 40)))
        .collect();
    let more = match names.len() {
        all if all > SHOWN => format!(", .. ({all} in all)"),
        _ => String::new(),
    };
    shown.join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let shown = [0, 1, 999, 1000, 48_321, 5_000_000_000].map(size);
        let expected = [
            "0 bytes",
            "1 byte",
            "999 bytes",
            "1.0 kB",
            "48.3 kB",
            "5.0 GB",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn names_are_shown_as_far_as_there_is_room() {
        let names: Vec<String> = (0..12).map(|i| format!("n{i}\n")).collect();
        assert_eq!(first_of(&names[..2]), "n0\\n, n1\\n");
        assert!(first_of(&names).ends_with("n9\\n, .. (12 in all)"));
        assert_eq!(shortened("äöü", 2), "äö…");
    }

    /// Whatever the bytes are, there is an answer or an error of one line, and no panic.
    #[test]
    fn any_bytes_may_be_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut random = unsup_nn::random::generator(0, "bytes", 0);
        let starts: [&[u8]; 10] = [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\x93NUMPY\x01\x00",
            b"\0\0\x08\x03",
            b"\x1f\x8b",
            b"<!doctype html>",
            b"3 hexa 2 1 gaussian\n",
            b"\x10\0\0\0\0\0\0\0{",
            b"\x02\0\0\0\0\0\0\0{}",
            b"a,b\n1,2\n",
        ];
        for start in starts {
            for length in [0, 1, 7, 40] {
                let mut bytes = start.to_vec();
                bytes.extend((0..length).map(|_| rand::RngExt::random::<u8>(&mut random)));
                for name in [
                    "file",
                    "file.safetensors",
                    "file.cod",
                    "file.bin",
                    "file.npy",
                ] {
                    let path = path.with_file_name(name);
                    fs::write(&path, &bytes).unwrap();
                    if let Err(error) = look(&path) {
                        assert_eq!(in_one_line(&error).lines().count(), 1, "{error}");
                        assert!(error.contains(name), "{error}");
                    }
                    fs::remove_file(&path).unwrap();
                }
            }
        }
    }
}
