use super::vocabulary;

vocabulary! {
    /// How reading an item ended. Every item has exactly one.
    Status {
        /// A reader of its format read all of it.
        Read = "read",
        /// No reader knows it, but every byte was searched in every encoding.
        Scanned = "scanned",
        /// Some of it was read or scanned, some was not.
        Partial = "partial",
        /// None of it was read.
        Unread = "unread",
        /// A manifest names it, but it is not held.
        Listed = "listed",
        /// The same bytes as an item that comes earlier in path order; reading and gaps are inherited.
        Duplicate = "duplicate",
        /// Left out on purpose, by option or because it is no regular file.
        Excluded = "excluded",
    }
}

vocabulary! {
    /// Why bytes were not read, or why an item that is known to exist is not held.
    Cause {
        /// A password or key is needed.
        Encrypted = "encrypted",
        /// An OpenPGP message whose key is not held.
        EncryptedPgp = "encrypted_pgp",
        /// A CMS (S/MIME) message whose key is not held.
        EncryptedCms = "encrypted_cms",
        /// The format is known, and this version has no reader for it.
        UnsupportedFormat = "unsupported_format",
        /// The container uses a compression method or a variant that cannot be decoded.
        UnsupportedMethod = "unsupported_method",
        /// The bytes contradict the format or a checksum.
        Corrupt = "corrupt",
        /// The content ends before its structure does.
        Truncated = "truncated",
        /// Two readers of this container would see different members.
        Ambiguous = "ambiguous_structure",
        /// Looks compressed or encrypted, and nothing decoded it.
        Opaque = "opaque_bytes",
        /// Pictures of text: a scan, a fax, a page without text.
        NeedsOcr = "needs_ocr",
        /// Pictures of text that recognition of characters alone has read: words may be misread or missing.
        OcrOnly = "ocr_only",
        /// Nested deeper than the limit.
        LimitDepth = "limit_depth",
        /// Decodes to more than the limit.
        LimitSize = "limit_size",
        /// More members than the limit.
        LimitEntries = "limit_entries",
        /// Took longer than the limit.
        LimitTime = "limit_time",
        /// Needed more memory than the limit.
        LimitMemory = "limit_memory",
        /// The operating system could not read it.
        IoError = "io_error",
        /// The operating system refused to open it.
        Permission = "permission",
        /// It changed while it was read.
        Changed = "changed",
        /// A symbolic link whose target is not a regular file inside the same evidence root.
        Link = "link",
        /// A socket, device or pipe.
        SpecialFile = "special_file",
        /// The walk of this folder or root did not end.
        WalkIncomplete = "walk_incomplete",
        /// Registered for reading, and not read yet.
        Pending = "pending",
        /// A manifest names it, and it was not recovered.
        NotRecovered = "not_recovered",
        /// A manifest names it with another size or hash than what was recovered.
        Differs = "differs",
        /// Rows of a manifest that no syntax explains: what else was taken is not known.
        NotUnderstood = "not_understood",
        /// Left out by an option of the operator.
        Excluded = "excluded",
        /// The reader panicked.
        ReaderPanic = "reader_panic",
        /// The reader's process died.
        WorkerDied = "worker_died",
        /// A planted file of this format and encoding was missed by the run.
        ControlFailed = "control_failed",
        /// Persons' or accounts' data without an owner.
        Unattributed = "unattributed_data",
        /// A home on the transfer platform that no institution claims.
        UnclaimedHome = "unclaimed_home",
    }
}

impl Cause {
    /// Would a password or key open it?
    pub const fn is_locked(self) -> bool {
        matches!(self, Self::Encrypted | Self::EncryptedPgp | Self::EncryptedCms)
    }
}

vocabulary! {
    /// What a byte of a root file counts as; the classes partition its size.
    Class {
        /// Read by a reader of its format.
        Read = "read",
        /// Searched by the scan.
        Scanned = "scanned",
        /// Pictures, audio, video, fonts, signatures: classed as such, not searched.
        Opaque = "opaque",
        /// Headers, directories, padding of a format, read as structure.
        Structure = "structure",
        /// Not read.
        Gap = "gap",
    }
}
