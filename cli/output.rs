//! Where results go: a folder, and standard output.

use crate::pictures::{Picture, png};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use unsup_nn::files::{remove_asides, write_atomically};

/// A folder that has been seen to take files, and that no other run writes to at the same time.
pub struct OutputFolder {
    path: PathBuf,
    /// Locked as long as it is open: also a process that is killed lets go of it.
    _lock: File,
}

/// The file that is locked; it is there while the folder is in use.
const LOCK: &str = ".unsup-lock";

impl OutputFolder {
    /// The folder at `path`, made if it is not there, for files of these names; tried out now, so that no training is lost for
    /// want of a place.
    ///
    /// # Errors
    /// If it can't be made or written to, another run writes to it, or one of the names is that of a folder in it; one line says
    /// which and why.
    pub fn open(path: &Path, names: &[&str]) -> Result<Self, String> {
        let refused =
            |error: io::Error| format!("{}: cannot write to this folder: {error}", path.display());
        fs::create_dir_all(path).map_err(refused)?;
        tempfile::tempfile_in(path).map_err(refused)?;
        let lock = File::create(path.join(LOCK)).map_err(refused)?;
        // where a file system knows no locks, nothing is to be seen
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            let path = path.display();
            return Err(format!(
                "{path}: another run writes to this folder, expected one of its own (--out)"
            ));
        }
        let folder = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        for name in names {
            let file = path.join(name);
            // a link to a folder would be replaced, as a file is
            if fs::symlink_metadata(&file).is_ok_and(|found| found.is_dir()) {
                let file = file.display();
                return Err(format!("{file}: is a directory, expected a file to write"));
            }
            remove_asides(&file).map_err(|error| error.to_string())?;
        }
        Ok(folder)
    }

    /// The path of the file of this name, if it is there.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let path = self.path(name);
        path.is_file().then_some(path)
    }

    /// The path of the file of this name, whether it is there or not.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file, aside first and then in place.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, String> {
        let path = self.path(name);
        // the error names the path
        write_atomically(&path, bytes).map_err(|error| error.to_string())?;
        Ok(path)
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// If it can't be removed.
    pub fn remove(&self, name: &str) -> Result<(), String> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(format!("{}: {error}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Draws SVG pictures, each with the name of its file, as PNG files: all are drawn before one is written, and each is put
    /// aside first and then in place.
    ///
    /// # Errors
    /// If one can't be drawn or written.
    pub fn write_pictures(&self, pictures: &[Picture]) -> Result<Vec<PathBuf>, String> {
        let mut drawn = Vec::new();
        for Picture { name, svg } in pictures {
            let path = self.path(name);
            let bytes = png(svg).map_err(|error| format!("{}: {error}", path.display()))?;
            drawn.push((name, bytes));
        }
        let mut written = Vec::new();
        for (name, bytes) in drawn {
            written.push(self.write(name, &bytes)?);
        }
        Ok(written)
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        // if it can't be removed it lies there, unlocked, and does no harm
        let _ = fs::remove_file(self.path(LOCK));
    }
}

/// Writes to standard output. A reader that has seen enough and closed it is no error.
///
/// # Errors
/// If it can't be written for another reason.
pub fn print(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture, and what is none.
    const GOOD: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#;
    const BAD: &str = "<svg";

    #[test]
    fn a_folder_in_the_place_of_a_file_is_seen_at_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b.png")).unwrap();
        let open = |names: &[&str]| OutputFolder::open(folder.path(), names).map(|_| ());
        let error = open(&["a.png", "b.png"]).unwrap_err();
        assert!(error.ends_with("b.png: is a directory, expected a file to write"));
        assert_eq!(open(&["a.png"]), Ok(()));
    }

    #[test]
    fn a_folder_is_one_run_s_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let open = || OutputFolder::open(folder.path(), &["a.png"]);
        let first = open().unwrap();
        let error = open().map(|_| ()).unwrap_err();
        assert!(
            error.contains("another run writes to this folder"),
            "{error}"
        );
        drop(first);
        drop(open().unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_written_if_one_picture_cannot_be_drawn() {
        let folder = tempfile::tempdir().unwrap();
        let out = OutputFolder::open(folder.path(), &["a.png", "b.png"]).unwrap();
        let pictures = |second: &str| {
            [
                Picture::new("a.png", GOOD.to_owned()),
                Picture::new("b.png", second.to_owned()),
            ]
        };
        let error = out.write_pictures(&pictures(BAD)).unwrap_err();
        assert!(error.contains("b.png: picture: the SVG"), "{error}");
        let names = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), [LOCK]);
        assert_eq!(out.find("a.png"), None);
        let written = out.write_pictures(&pictures(GOOD)).unwrap();
        let paths = ["a.png", "b.png"].map(|name| folder.path().join(name));
        assert_eq!(written, paths);
        assert_eq!(out.find("a.png").as_ref(), Some(&paths[0]));
    }

    #[test]
    fn an_error_of_writing_names_the_path_once() {
        let folder = tempfile::tempdir().unwrap();
        let out = OutputFolder::open(folder.path(), &["a.png"]).unwrap();
        // it comes between
        fs::create_dir(folder.path().join("a.png")).unwrap();
        let error = out.write_pictures(&[Picture::new("a.png", GOOD.to_owned())]);
        assert_eq!(error.unwrap_err().matches("a.png").count(), 1);
    }
}
