//! The words of the outputs in sentences, for readers who have no documentation beside them.

use crate::model::{Basis, Cause, Flag, Remedy, Verdict};

/// A verdict as a title.
pub(in crate::report) const fn title(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Affected => "Affected",
        Verdict::Undetermined => "Undetermined",
        Verdict::Referenced => "Referenced",
        Verdict::RuledOut => "Ruled out",
    }
}

/// What a verdict says.
pub(in crate::report) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Affected => "Files or records in the evidence are its own, or a list of what was taken names files of it.",
        Verdict::Undetermined => "Something points at it and proves nothing, or something that was not read could hold its files.",
        Verdict::Referenced => "Nothing that was read is its own: it is the other side of others' payments, or named in passing.",
        Verdict::RuledOut => {
            "It does not depend on what was compromised, or all that could hold its files was read and nothing of it was found."
        }
    }
}

/// Why a verdict stands.
pub(in crate::report) const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::AccountPath => "files in the home of its account or a folder of its code",
        Basis::OwnerField => "the owner field of a payment file names it",
        Basis::Records => "records carry its identifier",
        Basis::ClientRecord => "its code or account, labelled, or two of its identifiers together",
        Basis::Listed => "a listing or log of what was taken names a file of its account",
        Basis::AmbiguousName => "a name was seen that others bear too, or that is a single word",
        Basis::WeakEvidence => "something points at it and nothing proves it",
        Basis::UnreadContent => "something that was not read or not recovered could hold its files",
        Basis::UnattributedData => "personal data without an owner could be its own",
        Basis::UnclaimedAccount => "a home on the platform that no institution claims could be its own",
        Basis::EvidenceIncomplete => "the evidence is declared incomplete, or none was read",
        Basis::InsufficientIdentifiers => "the registry has no identifier by which its files could have been found",
        Basis::Counterparty => "it is the other side of others' payments",
        Basis::Named => "its distinctive name stands in the evidence in passing",
        Basis::NoDependency => "its inventory excludes what was compromised",
        Basis::SearchedClear => "it depends, all that could hold its files was read, and nothing of it is there",
    }
}

/// What else must be known of an institution.
pub(in crate::report) const fn flag(flag: Flag) -> &'static str {
    match flag {
        Flag::ContradictsInventory => "affected, though the inventory says that it does not depend",
        Flag::ClaimedBySeller => "the seller names it, and nothing confirms that",
        Flag::DecidedByDate => "an identifier or name had other holders at other times; the date of an item bore on it",
        Flag::FormerUser => "a deployment ended before the window, and nothing says that it was purged",
        Flag::InventoryIncomplete => "a deployment is missing or cannot be compared",
        Flag::InventoryOverlap => "deployments of one product and unit overlap, on different platforms or versions",
        Flag::InventoryUndated => "a deployment has neither a beginning nor an end",
        Flag::NameSeen => "a shared or one-word name of it was seen",
        Flag::RegistryDefect => "a row of the registry that concerns it is defective",
        Flag::RelatedAffected => "another member of its group is affected",
        Flag::Reviewed => "people's decisions bear on it",
        Flag::Retract => "a letter was sent that told another verdict",
        Flag::SharedIdentifier => "one of its identifiers has other holders too",
    }
}

/// Why something was not read.
pub(in crate::report) const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Encrypted => "encrypted: a password or key is needed",
        Cause::EncryptedPgp => "an OpenPGP message whose key is not held",
        Cause::EncryptedCms => "a CMS (S/MIME) message whose key is not held",
        Cause::UnsupportedFormat => "a known format without a reader in this version",
        Cause::UnsupportedMethod => "a compression method or variant that cannot be decoded",
        Cause::Corrupt => "the bytes contradict the format or a checksum",
        Cause::Truncated => "it ends before its structure does",
        Cause::Ambiguous => "two readers of this container would see different members",
        Cause::Opaque => "looks compressed or encrypted, and nothing decoded it",
        Cause::NeedsOcr => "a picture of text",
        Cause::OcrOnly => "a picture of text, read by recognition of characters alone",
        Cause::LimitDepth => "nested deeper than the limit",
        Cause::LimitSize => "decodes to more than the limit",
        Cause::LimitEntries => "more members than the limit",
        Cause::LimitTime => "took longer than the limit",
        Cause::LimitMemory => "needed more memory than the limit",
        Cause::IoError => "the operating system could not read it",
        Cause::Permission => "the operating system refused to open it",
        Cause::Changed => "it changed while it was read",
        Cause::Link => "a link that leads to no file of the same root",
        Cause::SpecialFile => "a socket, device or pipe",
        Cause::WalkIncomplete => "the walk of this folder did not end",
        Cause::Pending => "registered for reading, and not read yet",
        Cause::NotRecovered => "a listing names it, and it was not recovered",
        Cause::NotUnderstood => "rows of a listing that are not understood",
        Cause::Differs => "a listing names it with another size or hash",
        Cause::Excluded => "left out by an option of the operator",
        Cause::ReaderPanic => "the reader failed",
        Cause::WorkerDied => "the reader's process died",
        Cause::ControlFailed => "a planted file of this format was missed",
        Cause::Unattributed => "read, but it holds personal data without an owner",
        Cause::UnclaimedHome => "a home on the platform that no institution claims",
    }
}

/// What would close a gap, as `gaps.csv` suggests it.
pub(in crate::report) const fn act(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Password => "give the password",
        Remedy::Key => "give the key",
        Remedy::Ocr => "read the pictures",
        Remedy::Scope => "say whose it is",
        Remedy::Recover => "recover the file",
        Remedy::Retry => "read it again",
        Remedy::Limit => "raise the limit",
        Remedy::Waive => "examine it by hand",
    }
}
