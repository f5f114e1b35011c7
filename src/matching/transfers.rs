//! What a platform's logs say about whose files left: lines that fit the intruder's indicators or that a list
//! of what was taken names too, and other fetches within the window, which every institution makes daily.

use super::items::Item;
use super::lexicon::Lexicon;
use crate::ledger::{Ledger, ListedRow, ManifestRow};
use crate::manifest::path_end::{end_key, ends, ends_with};
use crate::manifest::{Kind, Moment, Transfer, Window};
use crate::registry::{Incident, Indicator, Visitor};
use anyhow::Result;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};

/// Why lines of a log count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// They fit this indicator of the incident.
    Indicator(String),
    /// A list of what was taken has the file: its number and line.
    Taken(u32, u64),
    /// They fetched something while the intruder may have been there.
    Window,
}

/// Lines of a platform's log about one file, or, where nothing but the time speaks for them, of one account.
#[derive(Clone, Debug)]
pub(super) struct Logged {
    /// Number of the log among the manifests.
    pub manifest: u32,
    /// The first line.
    pub line: u64,
    /// How many lines.
    pub count: u64,
    /// The path on that line, as the log has it.
    pub path: Vec<u8>,
    /// The account that was logged in.
    pub account: Option<String>,
    /// That account is an indicator itself.
    pub is_intruders: bool,
    /// When and with whom, in words.
    pub words: String,
    /// Bytes that moved.
    pub bytes: u64,
    pub why: Why,
    /// Anything moved at all.
    pub moved: bool,
    /// The item that the lines mean, where one is held; looked for where the intruder took it.
    pub item: Option<usize>,
}

/// Transfers of one day in the platform's logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayOfTransfers {
    /// Files that went out.
    pub fetched: u64,
    /// Their bytes, as far as the logs say.
    pub fetched_bytes: u64,
    /// Those among them that fit an indicator of the incident.
    pub fitting: u64,
    /// Files that were brought.
    pub brought: u64,
}

/// The platform's logs by day, as their clocks say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Days on which something moved.
    pub days: BTreeMap<Date, DayOfTransfers>,
    /// Lines that leave their day open.
    pub undated: u64,
}

/// Judges every line of the platform's logs.
pub(super) fn judge(
    ledger: &Ledger,
    manifests: &[ManifestRow],
    incident: &Incident,
    lexicon: &Lexicon,
    items: &[Item],
) -> Result<(Vec<Logged>, Activity)> {
    let mut lines = Lines {
        indicators: incident.indicators.iter().filter_map(|text| Some((text.as_str(), Indicator::parse(text)?))).collect(),
        window: Window::new(incident.window_from, incident.window_to, &incident.timezone),
        lexicon,
        accounts: Names::default(),
        by_end: HashMap::new(),
        lists_taken: manifests.iter().any(|m| m.kind == Kind::Taken),
        found: BTreeMap::new(),
        activity: Activity::default(),
    };
    let numbered = || (0u32..).zip(manifests);
    for (number, manifest) in numbered().filter(|(_, m)| m.kind == Kind::Platform) {
        ledger.each_listed(manifest.id, &mut |row| {
            lines.take(number, row);
            Ok(())
        })?;
    }
    let mut taken = Taken { lexicon, lines: &lines, rows: HashMap::new() };
    for (number, manifest) in numbered().filter(|(_, m)| m.kind == Kind::Taken) {
        ledger.each_listed(manifest.id, &mut |row| {
            taken.take(number, &row);
            Ok(())
        })?;
    }
    let taken = taken.rows;
    if !taken.is_empty() {
        for (number, manifest) in numbered().filter(|(_, m)| m.kind == Kind::Platform) {
            ledger.each_listed(manifest.id, &mut |row| {
                lines.take_taken(number, row, &taken);
                Ok(())
            })?;
        }
    }
    let mut found: Vec<Logged> = lines.found.into_values().collect();
    find_held(&mut found, items, lexicon);
    Ok((found, lines.activity))
}

/// Names, each once.
#[derive(Default)]
struct Names {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }
}

/// What makes lines one: the log, the account, and the path or, where that says nothing, nothing more.
type Key = (u32, bool, Option<String>, Vec<u8>);

struct Lines<'r> {
    indicators: Vec<(&'r str, Indicator)>,
    window: Window,
    lexicon: &'r Lexicon,
    accounts: Names,
    /// The accounts that a path of the logs was moved by, by the key of the path.
    by_end: HashMap<u64, Vec<u32>>,
    /// There is a list of what was taken to compare them with.
    lists_taken: bool,
    found: BTreeMap<Key, Logged>,
    activity: Activity,
}

impl Activity {
    fn take(&mut self, event: &Transfer, moment: Option<Moment>, fits: bool) {
        if event.moved_nothing() {
            return;
        }
        let Some(day) = moment.and_then(|moment| moment.day()) else {
            self.undated += 1;
            return;
        };
        let day = self.days.entry(day).or_default();
        if event.outgoing {
            day.fetched += 1;
            day.fetched_bytes = day.fetched_bytes.saturating_add(event.bytes.unwrap_or(0));
            day.fitting += u64::from(fits);
        } else {
            day.brought += 1;
        }
    }
}

impl Lines<'_> {
    fn take(&mut self, manifest: u32, row: ListedRow) {
        let Some(event) = &row.event else { return };
        if let Some(account) = row.account.as_deref().filter(|_| self.lists_taken) {
            let account = self.accounts.number(account);
            let accounts = self.by_end.entry(end_key(&row.path)).or_default();
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
        let visitor = Visitor { account: row.account.as_deref(), peer: event.peer.as_deref(), client: event.client.as_deref() };
        let fitting = self.indicators.iter().find(|(_, indicator)| indicator.fits(&visitor)).map(|(text, _)| (*text).to_owned());
        let moment = event.time.as_deref().and_then(|time| Moment::leading(time.as_bytes())).map(|(moment, _)| moment);
        self.activity.take(event, moment, fitting.is_some());
        // What was brought to the platform did not leave it.
        if !event.outgoing {
            return;
        }
        if let Some(text) = fitting {
            self.add(manifest, row, Why::Indicator(text));
        } else if !event.moved_nothing() && moment.is_none_or(|moment| moment.within(&self.window)) {
            self.add(manifest, row, Why::Window);
        }
    }

    /// A line that a list of what was taken names, whichever way its file went: it is its account's, and it was
    /// taken.
    fn take_taken(&mut self, manifest: u32, row: ListedRow, taken: &HashMap<(u64, u32), TakenRow>) {
        let Some(account) = row.account.as_deref().and_then(|name| self.accounts.numbers.get(name)) else { return };
        let Some(listed) = taken.get(&(end_key(&row.path), *account)) else { return };
        if row.event.is_some() && ends_with(&listed.path, &row.path, row.folded) {
            self.add(manifest, row, Why::Taken(listed.manifest, listed.line));
        }
    }

    fn add(&mut self, manifest: u32, row: ListedRow, why: Why) {
        let sure = why != Why::Window;
        let is_registered = row.account.as_deref().is_some_and(|account| client(self.lexicon, account).is_some());
        // Of an account that somebody holds, the paths of its daily fetches say no more; of others, their folders do.
        let place = match (sure, is_registered) {
            (true, _) => row.path.clone(),
            (false, true) => Vec::new(),
            (false, false) => row.path.iter().rposition(|b| *b == b'/').map_or(Vec::new(), |at| row.path[..at].to_vec()),
        };
        let of_account = Visitor { account: row.account.as_deref(), ..Visitor::default() };
        let is_intruders = self.indicators.iter().any(|(_, indicator)| indicator.fits(&of_account));
        let Some(event) = row.event else { return };
        let moved = !event.moved_nothing();
        if let Some(known) = self.found.get_mut(&(manifest, sure, row.account.clone(), place.clone())) {
            known.count += 1;
            known.bytes = known.bytes.saturating_add(event.bytes.unwrap_or(0));
            known.moved |= moved;
            return;
        }
        let with = [event.time, event.peer, event.client].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let logged = Logged {
            manifest,
            line: row.line,
            count: 1,
            path: row.path,
            account: row.account.clone(),
            is_intruders,
            words: with,
            bytes: event.bytes.unwrap_or(0),
            why,
            moved,
            item: None,
        };
        self.found.insert((manifest, sure, row.account, place), logged);
    }
}

/// The account or code that a log's account is registered as; domains before and behind it are the server's.
pub(super) fn client(lexicon: &Lexicon, account: &str) -> Option<(crate::model::Scheme, String, Vec<usize>)> {
    let bare = account.rsplit('\\').next().unwrap_or(account);
    lexicon.client(account).or_else(|| lexicon.client(bare)).or_else(|| lexicon.client(bare.split('@').next().unwrap_or(bare)))
}

struct TakenRow {
    manifest: u32,
    line: u64,
    path: Vec<u8>,
}

/// Rows of lists of what was taken that mean the same file as lines of an account.
struct Taken<'l, 'r> {
    lexicon: &'l Lexicon,
    lines: &'l Lines<'r>,
    rows: HashMap<(u64, u32), TakenRow>,
}

impl Taken<'_, '_> {
    fn take(&mut self, manifest: u32, row: &ListedRow) {
        if row.folder {
            return;
        }
        let parts: Vec<&[u8]> = row.path.split(|b| *b == b'/').collect();
        for (len, key) in ends(parts.iter().copied()) {
            let Some(accounts) = self.lines.by_end.get(&key) else { continue };
            let named = |account: &u32| names_account(&parts, &self.lines.accounts.names[*account as usize]);
            let mut own: Vec<u32> = accounts.iter().copied().filter(named).collect();
            // Behind a chroot no path names its account. Then the whole path must be that of one account alone.
            if own.is_empty()
                && let [only] = accounts[..]
                && len == parts.len()
                && len >= 2
                && !names_client(self.lexicon, &parts)
            {
                own.push(only);
            }
            for account in own {
                self.rows.entry((key, account)).or_insert_with(|| TakenRow { manifest, line: row.line, path: row.path.clone() });
            }
        }
    }
}

/// Is a folder of the path named by the account?
fn names_account(parts: &[&[u8]], account: &str) -> bool {
    let folders = parts.split_last().map_or(&[][..], |(_, folders)| folders);
    folders.iter().any(|part| part.eq_ignore_ascii_case(account.as_bytes()))
}

/// Is a folder of the path named by somebody's account or code?
fn names_client(lexicon: &Lexicon, parts: &[&[u8]]) -> bool {
    let folders = parts.split_last().map_or(&[][..], |(_, folders)| folders);
    folders.iter().any(|part| std::str::from_utf8(part).is_ok_and(|name| lexicon.client(name).is_some()))
}

/// Looks for the items that the intruder's lines mean.
fn find_held(found: &mut [Logged], items: &[Item], lexicon: &Lexicon) {
    let mut wanted: HashMap<u64, Vec<usize>> = HashMap::new();
    for (number, logged) in found.iter().enumerate().filter(|(_, logged)| matches!(logged.why, Why::Indicator(_))) {
        wanted.entry(end_key(&logged.path)).or_default().push(number);
    }
    if wanted.is_empty() {
        return;
    }
    for (number, item) in items.iter().enumerate().filter(|(_, item)| !item.inherited) {
        let parts: Vec<&[u8]> = item.path.components().collect();
        for (len, key) in ends(parts.iter().copied()) {
            for &at in wanted.get(&key).map_or(&[][..], Vec::as_slice) {
                let logged = &mut found[at];
                let names_it = logged.account.as_deref().is_some_and(|account| names_account(&parts, account));
                let of_nobody_else = || !names_client(lexicon, &parts[..=parts.len() - len.min(parts.len())]);
                let is_it = names_it || item.size > 0 && item.size == logged.bytes || len >= 2 && of_nobody_else();
                if logged.item.is_none() && is_it {
                    logged.item = Some(number);
                }
            }
        }
    }
}
