//! Where results go: a folder, and standard output.
//!
//! A folder is one training's. Its files are put aside in it first; when all are there they take the place of those of
//! the training before, of which none is left ([`OutputFolder::commit`]). A training that fails or is interrupted
//! leaves the folder as it was. The file [`MARKER`] tells which files are of this program: no other is touched, unless
//! it is said that it may (`--force`).

use crate::arguments::RunOptions;
use crate::interruption::{Cleanup, undisturbed};
use crate::pictures::{Picture, png};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use unsup_models::Matrix;
use unsup_models::Real;
use unsup_nn::Module;
use unsup_nn::files::{remove_asides, write_atomically};
use unsup_nn::saving::{Description, Value, json, save_model};

/// The file that tells which files of a folder are a training's.
pub const MARKER: &str = ".unsup.json";
/// The file that is locked; it is there while the folder is in use.
const LOCK: &str = ".unsup-lock";
/// Where files are put aside; it is there while the folder is in use.
const ASIDE: &str = ".unsup-aside";
/// From where an interrupted run goes on. It lies in its place from the first time on that it is written.
pub const CHECKPOINT: &str = "checkpoint.safetensors";

/// How far a run has come: what it would leave if it ended now.
const NOTHING: u8 = 0;
const A_CHECKPOINT: u8 = 1;
const RESULTS: u8 = 2;

/// A folder that has been seen to take files, and that no other run writes to at the same time.
pub struct OutputFolder {
    /// What writes to it: a method.
    name: String,
    path: PathBuf,
    /// The files that earlier trainings have left.
    earlier: BTreeSet<String>,
    /// What has been put aside, in its order.
    written: Vec<String>,
    /// What the first model that was written says of itself.
    description: Option<Description>,
    /// One of the constants above.
    left: Arc<AtomicU8>,
    _cleanup: Cleanup,
    /// Locked as long as it is open: also a process that is killed lets go of it.
    _lock: File,
}

impl OutputFolder {
    /// The folder of `options`, or else `default`, made if it is not there, for files of these names; tried out now, so
    /// that no training is lost for want of a place. With `resume` a checkpoint that lies in it makes it this
    /// program's.
    ///
    /// # Errors
    /// If it can't be made or written to, another run writes to it, it holds files that it has not left, or one of the
    /// names is that of a folder in it; one line says which and why.
    pub fn open(
        name: &str,
        default: &Path,
        options: &RunOptions,
        names: &[&str],
        resume: bool,
    ) -> Result<Self, String> {
        let path = options.out.as_deref().unwrap_or(default).to_owned();
        let shown = path.display();
        let refused = |error: io::Error| format!("{shown}: cannot write to this folder: {error}");
        match fs::metadata(&path) {
            Ok(found) if !found.is_dir() => {
                return Err(format!("{shown}: is a file, expected a folder"));
            }
            Err(_) if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) => {
                return Err(format!(
                    "{shown}: is a link that leads to no folder, expected a folder"
                ));
            }
            _ => {}
        }
        let made = missing(&path);
        fs::create_dir_all(&path).map_err(refused)?;
        let lock = File::create(path.join(LOCK)).map_err(refused)?;
        // where a file system knows no locks, nothing is to be seen
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            return Err(format!(
                "{shown}: another run writes to this folder, expected one of its own (--out)"
            ));
        }
        let left = Arc::new(AtomicU8::new(NOTHING));
        let cleanup = {
            let (path, left) = (path.clone(), left.clone());
            Cleanup::new(move || tidy(&path, &made, left.load(Ordering::SeqCst)))
        };
        let aside = path.join(ASIDE);
        // a process that was killed leaves it
        match fs::remove_dir_all(&aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(refused(error)),
            _ => fs::create_dir(&aside).map_err(refused)?,
        }
        let earlier = of_earlier(&path, names, options.force, resume)?;
        if resume && earlier.contains(CHECKPOINT) {
            left.store(A_CHECKPOINT, Ordering::SeqCst);
        }
        for name in names {
            let file = path.join(name);
            // a link to a folder would be replaced, as a file is
            if fs::symlink_metadata(&file).is_ok_and(|found| found.is_dir()) {
                let file = file.display();
                return Err(format!("{file}: is a directory, expected a file to write"));
            }
        }
        remove_asides(&path.join(CHECKPOINT)).map_err(|error| error.to_string())?;
        Ok(Self {
            name: name.to_owned(),
            path,
            earlier,
            written: Vec::new(),
            description: None,
            left,
            _cleanup: cleanup,
            _lock: lock,
        })
    }

    /// Where the file of this name will be.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.path
    }

    /// What the first model that was written says of itself.
    pub fn description(&self) -> Option<&Description> {
        self.description.as_ref()
    }

    /// What has been put aside, in its order.
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// Puts a file aside.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        write_atomically(&self.aside(name), bytes).map_err(|error| self.in_place(name, &error))?;
        self.note(name);
        Ok(())
    }

    /// Puts a model aside, with what it says of itself, and matrices that belong to it.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn save_model<T: Real>(
        &mut self,
        name: &str,
        model: &dyn Module<T>,
        description: &Description,
        further: &[(&str, &Matrix<f64>)],
    ) -> Result<(), String> {
        save_model(self.aside(name), model, description, further)
            .map_err(|error| self.in_place(name, &error))?;
        self.note(name);
        self.description.get_or_insert_with(|| description.clone());
        Ok(())
    }

    /// Draws SVG pictures as PNG files and puts them aside: all are drawn before one is written.
    ///
    /// # Errors
    /// If one can't be drawn or written.
    pub fn write_pictures(&mut self, pictures: &[Picture]) -> Result<(), String> {
        let mut drawn = Vec::new();
        for Picture { name, svg } in pictures {
            let bytes = png(svg).map_err(|error| format!("{}: {error}", self.path(name).display()));
            drawn.push((name, bytes?));
        }
        drawn
            .into_iter()
            .try_for_each(|(name, bytes)| self.write(name, &bytes))
    }

    /// Writes a checkpoint, by `save`, in its place: it is to be found when the process is no more.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn save_checkpoint<E: ToString>(
        &mut self,
        save: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<(), String> {
        let is_new = self.earlier.insert(CHECKPOINT.to_owned());
        if is_new {
            // from now on it is known whose folder this is
            self.mark(&self.earlier)?;
        }
        if let Err(error) = save(&self.path(CHECKPOINT)) {
            if is_new {
                // what can't be written leaves no trace, as far as that can be done
                let _ = self.remove_checkpoint();
            }
            return Err(error.to_string());
        }
        self.left.store(A_CHECKPOINT, Ordering::SeqCst);
        Ok(())
    }

    /// Removes the checkpoint, if there is one: there is nothing to go on with.
    ///
    /// # Errors
    /// If it can't be removed.
    pub fn remove_checkpoint(&mut self) -> Result<(), String> {
        self.left.store(NOTHING, Ordering::SeqCst);
        if self.earlier.remove(CHECKPOINT) {
            self.remove(CHECKPOINT)?;
            match self.earlier.is_empty() {
                true => self.remove(MARKER)?,
                false => self.mark(&self.earlier)?,
            }
        }
        Ok(())
    }

    /// Puts all in its place, and removes what earlier runs have left and this one has not written. Returns the paths
    /// of all that was written. More may be written then, and put in its place anew.
    ///
    /// # Errors
    /// If that fails; what is there then is known to be of this program.
    pub fn commit(&mut self) -> Result<Vec<PathBuf>, String> {
        self.put_in_place(false)
    }

    /// Puts all in its place beside what earlier trainings have left, but for checkpoints.
    ///
    /// # Errors
    /// As [`OutputFolder::commit`].
    pub fn commit_beside(&mut self) -> Result<Vec<PathBuf>, String> {
        self.remove_checkpoint()?;
        self.put_in_place(true)
    }

    fn put_in_place(&mut self, keep_earlier: bool) -> Result<Vec<PathBuf>, String> {
        undisturbed(|| {
            let new: BTreeSet<String> = self.written.iter().cloned().collect();
            let both: BTreeSet<String> = self.earlier.union(&new).cloned().collect();
            // before the first file is there, so that none is ever taken for one of somebody else's
            self.mark(&both)?;
            for name in &self.written {
                match fs::rename(self.aside(name), self.path(name)) {
                    // it has been put in its place before
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    outcome => outcome.map_err(|error| self.in_place(name, &error))?,
                }
            }
            self.earlier = if keep_earlier {
                both
            } else {
                for name in self.earlier.difference(&new) {
                    self.remove(name)?;
                }
                self.mark(&new)?;
                new
            };
            self.left.store(RESULTS, Ordering::SeqCst);
            Ok(self.written.iter().map(|name| self.path(name)).collect())
        })
    }

    fn aside(&self, name: &str) -> PathBuf {
        self.path.join(ASIDE).join(name)
    }

    fn note(&mut self, name: &str) {
        if !self.written.iter().any(|written| written == name) {
            self.written.push(name.to_owned());
        }
    }

    /// Says that these files are of this program.
    fn mark(&self, files: &BTreeSet<String>) -> Result<(), String> {
        let marker = json!({
            "method": self.name,
            "version": env!("CARGO_PKG_VERSION"),
            "files": files,
        });
        let put = || {
            write_atomically(&self.aside(MARKER), format!("{marker:#}\n").as_bytes())?;
            fs::rename(self.aside(MARKER), self.path(MARKER))
        };
        put().map_err(|error| self.in_place(MARKER, &error))
    }

    /// Removes a file, if it is there.
    fn remove(&self, name: &str) -> Result<(), String> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(format!("{}: {error}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// An error of writing, with the path where the file belongs.
    fn in_place(&self, name: &str, error: &io::Error) -> String {
        let said = error.to_string();
        let aside = format!("{}: ", self.aside(name).display());
        let said = said.strip_prefix(&aside).unwrap_or(&said);
        format!("{}: {said}", self.path(name).display())
    }
}

/// The folders on the way to `path` that are not there, `path` first.
fn missing(path: &Path) -> Vec<PathBuf> {
    let ancestors = path.ancestors().filter(|path| !path.as_os_str().is_empty());
    ancestors
        .take_while(|path| !path.exists())
        .map(Path::to_owned)
        .collect()
}

/// Takes away what lies in a folder while it is in use, and the folders that were made for nothing. Says what is there.
fn tidy(path: &Path, made: &[PathBuf], left: u8) -> String {
    // what can't be removed lies there and does no harm
    let _ = fs::remove_dir_all(path.join(ASIDE));
    let _ = remove_asides(&path.join(CHECKPOINT));
    let _ = fs::remove_file(path.join(LOCK));
    for folder in made {
        // only an empty one
        let _ = fs::remove_dir(folder);
    }
    let shown = path.display();
    match left {
        A_CHECKPOINT => format!(": --resume goes on from the checkpoint in {shown}"),
        RESULTS => format!(": what was finished is in {shown}"),
        _ => ": nothing was written, and earlier results are as they were".to_owned(),
    }
}

/// The files in the folder that earlier trainings have left.
fn of_earlier(
    path: &Path,
    names: &[&str],
    force: bool,
    resume: bool,
) -> Result<BTreeSet<String>, String> {
    let shown = path.display();
    let marked = match marked(path) {
        Err(_) if force => None,
        marked => marked?,
    };
    let is_marked = marked.is_some();
    let mut earlier = marked.unwrap_or_default();
    let resumes = resume && path.join(CHECKPOINT).is_file();
    if resumes {
        earlier.insert(CHECKPOINT.to_owned());
    }
    if force {
        return Ok(earlier);
    }
    if !is_marked && !resumes {
        let entries = fs::read_dir(path).map_err(|error| format!("{shown}: {error}"))?;
        let is_ours = |name: &std::ffi::OsStr| name == LOCK || name == ASIDE;
        let foreign = entries
            .filter_map(Result::ok)
            .map(|entry| entry.file_name())
            .filter(|name| !is_ours(name))
            .min();
        if let Some(name) = foreign {
            return Err(format!(
                "{shown}: holds files that this program has not left ({}), expected an empty folder or one of an \
                 earlier \
                 training; --force writes beside them, over those of the same names",
                name.to_string_lossy()
            ));
        }
    }
    let in_the_way = names
        .iter()
        .find(|name| !earlier.contains(**name) && fs::symlink_metadata(path.join(name)).is_ok());
    match in_the_way {
        Some(name) => Err(format!(
            "{}: this program has not left this file, expected another folder; --force replaces it",
            path.join(name).display()
        )),
        None => Ok(earlier),
    }
}

/// The files that the marker of a folder names; `None` where there is no marker.
fn marked(path: &Path) -> Result<Option<BTreeSet<String>>, String> {
    let marker = path.join(MARKER);
    let shown = marker.display();
    let text = match fs::read_to_string(&marker) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|error| format!("{shown}: {error}"))?,
    };
    let names = |text: &str| -> Option<BTreeSet<String>> {
        let marker: Value = serde_json::from_str(text).ok()?;
        let names = marker["files"].as_array()?.iter();
        names
            .map(|name| {
                name.as_str()
                    .filter(|name| is_name(name))
                    .map(str::to_owned)
            })
            .collect()
    };
    match names(&text) {
        Some(names) => Ok(Some(names)),
        None => Err(format!(
            "{shown}: is not what a training leaves, expected a list of its files; --force does without it"
        )),
    }
}

/// Whether it names a file in a folder, and no way out of it.
fn is_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!(
        (parts.next(), parts.next()),
        (Some(std::path::Component::Normal(part)), None) if part == name
    )
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

    fn options(folder: &Path) -> RunOptions {
        RunOptions {
            seed: 0,
            threads: None,
            out: Some(folder.to_owned()),
            force: false,
            json: false,
            quiet: true,
        }
    }

    fn open(folder: &Path) -> Result<OutputFolder, String> {
        OutputFolder::open("som", folder, &options(folder), &["a.png", "b.png"], false)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// A training that writes these files, each with `content`.
    fn train(folder: &Path, files: &[&str], content: &str) -> Result<Vec<PathBuf>, String> {
        let mut out = open(folder)?;
        for name in files {
            out.write(name, content.as_bytes())?;
        }
        out.commit()
    }

    #[test]
    fn a_folder_is_replaced_whole_and_no_other_file_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let written = train(path, &["b.png", "a.png"], "first").unwrap();
        assert_eq!(written, ["b.png", "a.png"].map(|name| path.join(name)));
        fs::write(path.join("mine.txt"), "mine").unwrap();
        train(path, &["b.png"], "second").unwrap();
        assert_eq!(names(path), [MARKER, "b.png", "mine.txt"]);
        let read = |name| fs::read_to_string(path.join(name)).unwrap();
        assert_eq!(
            (read("b.png").as_str(), read("mine.txt").as_str()),
            ("second", "mine")
        );
        let marker: Value = serde_json::from_str(&read(MARKER)).unwrap();
        assert_eq!(marker["files"], json!(["b.png"]));
        assert_eq!(marker["method"], "som");
    }

    #[test]
    fn what_is_put_in_its_place_may_be_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        train(folder.path(), &["b.png"], "earlier").unwrap();
        let mut out = open(folder.path()).unwrap();
        for content in ["first", "second"] {
            out.write("a.png", content.as_bytes()).unwrap();
            out.commit().unwrap();
            let read = fs::read_to_string(out.path("a.png")).unwrap();
            assert_eq!(read, content);
        }
        out.commit().unwrap();
        drop(out);
        assert_eq!(names(folder.path()), [MARKER, "a.png"]);
    }

    #[test]
    fn what_is_not_committed_leaves_all_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        train(path, &["a.png"], "first").unwrap();
        let mut out = open(path).unwrap();
        out.write("a.png", b"second").unwrap();
        out.write("b.png", b"second").unwrap();
        drop(out);
        assert_eq!(names(path), [MARKER, "a.png"]);
        assert_eq!(fs::read(path.join("a.png")).unwrap(), b"first");
        // folders that were made for nothing are taken away, and no other
        let below = path.join("made/for/it");
        drop(open(&below).unwrap());
        assert_eq!(names(path), [MARKER, "a.png"]);
        drop(open(path).unwrap());
        assert!(path.exists());
    }

    #[test]
    fn files_of_somebody_else_are_refused_unless_it_is_said_that_they_may_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::write(path.join("b.png"), "mine").unwrap();
        fs::write(path.join("c.txt"), "mine").unwrap();
        let error = open(path).map(|_| ()).unwrap_err();
        assert!(error.contains("this program has not left (b.png)") && error.contains("--force"));
        let forced = RunOptions {
            force: true,
            ..options(path)
        };
        let open_forced = || OutputFolder::open("som", path, &forced, &["a.png", "b.png"], false);
        let mut out = open_forced().unwrap();
        out.write("a.png", b"ours").unwrap();
        out.commit().unwrap();
        drop(out);
        assert_eq!(names(path), [MARKER, "a.png", "b.png", "c.txt"]);
        // the folder is known now, but that file is still not of a training
        let error = open(path).map(|_| ()).unwrap_err();
        assert!(
            error.contains("b.png: this program has not left this file"),
            "{error}"
        );
        let mut out = open_forced().unwrap();
        out.write("b.png", b"ours").unwrap();
        out.commit().unwrap();
        drop(out);
        assert_eq!(names(path), [MARKER, "b.png", "c.txt"]);
        drop(open(path).unwrap());
    }

    #[test]
    fn a_marker_leads_to_no_file_outside() {
        let folder = tempfile::tempdir().unwrap();
        let (path, outside) = (folder.path().join("in"), folder.path().join("out.png"));
        fs::create_dir(&path).unwrap();
        fs::write(&outside, "mine").unwrap();
        let absolute = outside.to_str().unwrap();
        for name in [
            "../out.png",
            absolute,
            "x/../../out.png",
            "..",
            ".",
            "",
            "in/",
        ] {
            fs::write(path.join(MARKER), json!({ "files": [name] }).to_string()).unwrap();
            let error = open(&path).map(|_| ()).unwrap_err();
            assert!(
                error.contains("is not what a training leaves"),
                "{name}: {error}"
            );
        }
        for text in ["", "{}", "[1]", "{\"files\": 3}", "\u{0}"] {
            fs::write(path.join(MARKER), text).unwrap();
            assert!(open(&path).is_err(), "{text}");
        }
        assert_eq!(fs::read(&outside).unwrap(), b"mine");
        assert!(names(&path) == [MARKER]);
    }

    #[test]
    fn a_checkpoint_makes_the_folder_known_and_is_gone_with_the_next_results() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let save = |path: &Path| fs::write(path, "so far");
        let mut out = open(path).unwrap();
        out.write("a.png", b"half").unwrap();
        out.save_checkpoint(save).unwrap();
        drop(out);
        assert_eq!(names(path), [MARKER, CHECKPOINT]);
        train(path, &["a.png"], "all").unwrap();
        assert_eq!(names(path), [MARKER, "a.png"]);
        // one that is given up
        let mut out = open(path).unwrap();
        out.save_checkpoint(save).unwrap();
        out.remove_checkpoint().unwrap();
        drop(out);
        assert_eq!(names(path), [MARKER, "a.png"]);
        // a folder of an earlier version
        fs::remove_file(path.join(MARKER)).unwrap();
        fs::remove_file(path.join("a.png")).unwrap();
        save(&path.join(CHECKPOINT)).unwrap();
        assert!(open(path).is_err());
        drop(OutputFolder::open("som", path, &options(path), &["a.png"], true).unwrap());
    }

    #[test]
    fn what_diverged_stands_beside_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        train(path, &["a.png"], "first").unwrap();
        let mut out = open(path).unwrap();
        out.save_checkpoint(|path| fs::write(path, "so far"))
            .unwrap();
        out.write("b.png", b"diverged").unwrap();
        out.commit_beside().unwrap();
        drop(out);
        assert_eq!(names(path), [MARKER, "a.png", "b.png"]);
        train(path, &["a.png"], "second").unwrap();
        assert_eq!(names(path), [MARKER, "a.png"]);
    }

    #[test]
    fn what_is_in_the_place_of_a_folder_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = open(&file).map(|_| ()).unwrap_err();
        assert!(
            error.ends_with("file: is a file, expected a folder"),
            "{error}"
        );
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
            let error = open(&link).map(|_| ()).unwrap_err();
            assert!(
                error.contains("link: is a link that leads to no folder"),
                "{error}"
            );
            // one that leads to a folder is as good as that
            let (target, link) = (folder.path().join("target"), folder.path().join("good"));
            fs::create_dir(&target).unwrap();
            std::os::unix::fs::symlink(&target, &link).unwrap();
            train(&link, &["a.png"], "all").unwrap();
            assert_eq!(names(&target), [MARKER, "a.png"]);
        }
    }

    #[test]
    fn a_folder_in_the_place_of_a_file_is_seen_at_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b.png")).unwrap();
        let open = |names: &[&str]| {
            let forced = RunOptions {
                force: true,
                ..options(folder.path())
            };
            OutputFolder::open("som", folder.path(), &forced, names, false).map(|_| ())
        };
        let error = open(&["a.png", "b.png"]).unwrap_err();
        assert!(error.ends_with("b.png: is a directory, expected a file to write"));
        assert_eq!(open(&["a.png"]), Ok(()));
    }

    #[test]
    fn a_folder_is_one_run_s_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path()).unwrap();
        let error = open(folder.path()).map(|_| ()).unwrap_err();
        assert!(
            error.contains("another run writes to this folder"),
            "{error}"
        );
        drop(first);
        drop(open(folder.path()).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_written_if_one_picture_cannot_be_drawn() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = open(folder.path()).unwrap();
        let pictures = |second: &str| {
            [("a.png", GOOD), ("b.png", second)]
                .map(|(name, svg)| Picture::new(name, svg.to_owned()))
        };
        let error = out.write_pictures(&pictures(BAD)).unwrap_err();
        assert!(error.contains("b.png: picture: the SVG"), "{error}");
        assert!(out.written().is_empty());
        out.write_pictures(&pictures(GOOD)).unwrap();
        out.commit().unwrap();
        drop(out);
        assert_eq!(names(folder.path()), [MARKER, "a.png", "b.png"]);
    }

    #[test]
    fn an_error_of_writing_names_the_path_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = open(folder.path()).unwrap();
        // it comes between
        fs::create_dir(folder.path().join(ASIDE).join("a.png")).unwrap();
        let error = out.write_pictures(&[Picture::new("a.png", GOOD.to_owned())]);
        let error = error.unwrap_err();
        assert_eq!(error.matches("a.png").count(), 1, "{error}");
        assert!(!error.contains(ASIDE), "{error}");
    }
}
