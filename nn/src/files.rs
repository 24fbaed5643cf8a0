//! Writing files so that at no moment half of one is there.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes `bytes` to the file at `path`: aside first, through to the disk, and then in place, so that whatever happens meanwhile, the
/// machine's power failing too, `path` names the old content or the new, whole. What was there is replaced; a link is
/// replaced itself, not what it leads to.
///
/// The file aside lies in the same folder as `.NAME.PROCESS-NUMBER.aside`. An error removes it; a process that is killed while
/// it writes leaves it behind.
///
/// # Errors
/// If the file can't be written or put in place; the error names `path`.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_atomically(path, |file| file.write_all(bytes))
}

/// The same for what does not lie in memory as a whole: `write` is given the file aside, which should be buffered. If
/// it fails, what was at `path` is untouched.
///
/// ```
/// use std::io::Write;
/// use unsup_nn::files::replace_atomically;
///
/// let file = std::env::temp_dir().join(format!("numbers-{}", std::process::id()));
/// replace_atomically(&file, |file| (1..4).try_for_each(|number| writeln!(file, "{number}")))?;
/// assert_eq!(std::fs::read(&file)?, b"1\n2\n3\n");
/// # std::fs::remove_file(file)?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// If `write` fails, or the file can't be put in place; the error names `path`.
pub fn replace_atomically(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    replace(path, write)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// Removes what processes that were killed while they wrote the file at `path` have left beside it. A process that is writing it just
/// now fails by this, so it is for whoever alone writes there.
///
/// # Errors
/// If the folder can't be read, or a file in it not be removed; the error names `path`.
pub fn remove_asides(path: &Path) -> io::Result<()> {
    let remove = || {
        let (start, end) = (aside_start(path)?, ASIDE);
        for entry in fs::read_dir(folder_of(path))? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            if name.starts_with(start.as_encoded_bytes()) && name.ends_with(end.as_bytes()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    };
    remove().map_err(|error: io::Error| {
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    })
}

/// Replaces the file at `path` by what `write` writes, if it succeeds.
fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let folder = folder_of(path);
    let aside = aside(folder, path)?;
    let put = || {
        let mut file = File::create_new(&aside)?;
        write(&mut file)?;
        // Else a crash soon after the renaming could leave the name with nothing behind it.
        file.sync_all()?;
        drop(file);
        fs::rename(&aside, path)
    };
    put().inspect_err(|_| {
        // it may not have been made at all
        let _ = fs::remove_file(&aside);
    })?;
    // The new name is safe once the folder is on the disk. Some systems don't open folders: then it is when they please.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// How the name of a file aside ends.
const ASIDE: &str = ".aside";

/// The folder in which the file at `path` lies.
fn folder_of(path: &Path) -> &Path {
    // that of a bare file name is written "", which cannot be opened
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// How the names of all files aside of `path` start.
fn aside_start(path: &Path) -> io::Result<OsString> {
    let Some(name) = path.file_name() else {
        let kind = io::ErrorKind::InvalidInput;
        return Err(io::Error::new(kind, "this names no file"));
    };
    let mut start = OsString::from(".");
    start.push(name);
    start.push(".");
    Ok(start)
}

/// A name beside `path` that no other write uses.
fn aside(folder: &Path, path: &Path) -> io::Result<PathBuf> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut aside = aside_start(path)?;
    aside.push(format!("{}-{number}{ASIDE}", std::process::id()));
    Ok(folder.join(aside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn writing_makes_and_replaces_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model");
        write_atomically(&path, b"a long first version").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"a long first version");
        write_atomically(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(names(folder.path()), ["model"]);
    }

    #[test]
    fn a_failing_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model");
        write_atomically(&path, b"old").unwrap();
        let error = replace(&path, |file| {
            file.write_all(b"half of the n")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        })
        .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["model"]);
    }

    #[test]
    fn a_failing_rename_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("kept"), b"kept").unwrap();
        let error = write_atomically(&path, b"bytes").unwrap_err().to_string();
        assert!(error.contains("results: "), "{error}");
        assert_eq!(names(folder.path()), ["results"]);
        assert_eq!(names(&path), ["kept"]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nowhere").join("model");
        let error = write_atomically(&path, b"bytes").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("nowhere"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_it_as_any_other_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ordinary, ours) = (folder.path().join("ordinary"), folder.path().join("ours"));
        fs::write(&ordinary, b"").unwrap();
        write_atomically(&ours, b"").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&ordinary));
    }

    #[test]
    fn a_path_without_a_name_is_an_error() {
        for path in ["/", "..", ""] {
            assert!(write_atomically(Path::new(path), b"bytes").is_err());
        }
    }

    #[test]
    fn what_killed_processes_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model");
        write_atomically(&path, b"bytes").unwrap();
        for name in [
            ".model.12-0.aside",
            ".model.13-7.aside",
            ".models.1-0.aside",
            ".model.x",
        ] {
            fs::write(folder.path().join(name), b"half").unwrap();
        }
        remove_asides(&path).unwrap();
        assert_eq!(
            names(folder.path()),
            [".model.x", ".models.1-0.aside", "model"]
        );
        let nowhere = folder.path().join("nowhere").join("model");
        assert!(
            remove_asides(&nowhere)
                .unwrap_err()
                .to_string()
                .contains("nowhere")
        );
    }
}
