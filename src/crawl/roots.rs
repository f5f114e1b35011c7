use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// An evidence root as given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootArgument {
    /// Its label: the first part of every item's path.
    pub label: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// Parses `LABEL=PATH` or `PATH`, whose last name then is the label.
pub fn parse_root(argument: &OsStr) -> Result<RootArgument> {
    let bytes = argument.as_bytes();
    // A path that exists as written wins over its reading as LABEL=PATH.
    let split = bytes.iter().position(|&b| b == b'=').filter(|_| !Path::new(argument).exists());
    if let Some(at) = split {
        let label = std::str::from_utf8(&bytes[..at]).with_context(|| format!("the label in {} is not UTF-8", argument.display()))?;
        check_label(label)?;
        return Ok(RootArgument { label: label.to_owned(), path: PathBuf::from(OsStr::from_bytes(&bytes[at + 1..])) });
    }
    let path = PathBuf::from(argument);
    let full = path.canonicalize().with_context(|| format!("cannot find the evidence {}", path.display()))?;
    let label = full.file_name().map_or("root".to_owned(), |name| name.to_string_lossy().into_owned());
    check_label(&label)?;
    Ok(RootArgument { label, path })
}

fn check_label(label: &str) -> Result<()> {
    if label.is_empty() || label.contains('/') || label.chars().any(char::is_control) {
        bail!(
            "`{}` cannot be the label of an evidence root: it must not be empty nor contain `/` or control characters",
            label.escape_debug()
        );
    }
    Ok(())
}

/// Refuses an output or case inside an evidence root, or the reverse: one would be read as evidence, or
/// evidence would be written to.
pub fn check_apart(roots: &[RootArgument], others: &[(&str, &Path)]) -> Result<()> {
    for root in roots {
        let root_path = root.path.canonicalize().with_context(|| format!("cannot find the evidence {}", root.path.display()))?;
        for (what, path) in others {
            let other = absolute(path)?;
            if other.starts_with(&root_path) || root_path.starts_with(&other) {
                bail!("the {what} {} and the evidence root {} must not lie inside each other", path.display(), root.path.display());
            }
        }
    }
    Ok(())
}

/// Refuses a root that is no folder or holds no regular file: nothing could be searched there, and nobody
/// could be cleared by it.
pub fn check_roots(roots: &[RootArgument]) -> Result<()> {
    for root in roots {
        if !root.path.is_dir() {
            bail!("the evidence root {} is not a folder", root.path.display());
        }
        let mut fault = None;
        let mut all = walkdir::WalkDir::new(&root.path).follow_links(false).into_iter();
        let has_file = all.any(|entry| match entry {
            Ok(entry) => entry.file_type().is_file(),
            Err(error) => {
                fault.get_or_insert(error);
                false
            }
        });
        if let Some(error) = fault.filter(|_| !has_file) {
            return Err(error).with_context(|| format!("the evidence root {} cannot be read", root.path.display()));
        }
        if !has_file {
            bail!("the evidence root {} holds no regular file: nothing could be searched there", root.path.display());
        }
    }
    Ok(())
}

/// The path with what exists of it resolved; of the rest, `..` goes one up as written.
pub fn absolute(path: &Path) -> Result<PathBuf> {
    let mut out = PathBuf::from("/");
    for component in std::path::absolute(path)?.components() {
        match component {
            Component::Normal(name) => {
                out.push(name);
                if let Ok(found) = out.canonicalize() {
                    out = found;
                }
            }
            Component::ParentDir => _ = out.pop(),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Ok(out)
}
