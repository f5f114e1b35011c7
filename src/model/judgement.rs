use super::vocabulary;

vocabulary! {
    /// What a mention says about whose the item or record is.
    Role {
        /// It is theirs.
        Owner = "owner",
        /// They are the other side of a payment.
        Counterparty = "counterparty",
        /// A directory, documentation, a passing mention.
        Reference = "reference",
        /// Theirs or not: the place does not tell.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// How much a mention proves.
    Strength {
        /// Decides alone.
        Sure = "sure",
        /// Points, cannot decide.
        Weak = "weak",
    }
}

vocabulary! {
    /// The answer for one institution. The order is that of precedence.
    Verdict {
        /// At least one sure owner mention.
        Affected = "affected",
        /// A weak mention stands, or a gap could hold its files.
        Undetermined = "undetermined",
        /// Only the other side of others' payments, or named in passing.
        Referenced = "referenced",
        /// Certified: no dependency, or searched and clear.
        RuledOut = "ruled_out",
    }
}

vocabulary! {
    /// Why a verdict stands.
    Basis {
        /// In the home of its account or a folder of its code.
        AccountPath = "account_path",
        /// The owner field of a payment file.
        OwnerField = "owner_field",
        /// Records that carry its identifier.
        Records = "records",
        /// Its code or account, labelled, or two of its identifiers together.
        ClientRecord = "client_record",
        /// A listing or log of what was taken names a file of its account.
        Listed = "listed",
        /// A name that several institutions bear, or that is a single word.
        AmbiguousName = "ambiguous_name",
        /// Something points at it and nothing proves it.
        WeakEvidence = "weak_evidence",
        /// A gap in its scope.
        UnreadContent = "unread_content",
        /// Persons' or accounts' data without an owner.
        UnattributedData = "unattributed_data",
        /// A home that no institution claims.
        UnclaimedAccount = "unclaimed_account",
        /// The evidence is declared incomplete, or none was read.
        EvidenceIncomplete = "evidence_incomplete",
        /// Nothing in the registry could have found it.
        InsufficientIdentifiers = "insufficient_identifiers",
        /// The other side of payments.
        Counterparty = "counterparty",
        /// Its distinctive name, in passing.
        Named = "named",
        /// Its inventory excludes the compromised platform.
        NoDependency = "no_dependency",
        /// It depends, everything in its scope was read, nothing of it is there.
        SearchedClear = "searched_clear",
    }
}

vocabulary! {
    /// What a person decides in a review.
    Act {
        /// A gap does not count.
        Waive = "waive",
        /// An item is an institution's, or the vendor's own.
        Attribute = "attribute",
        /// A mention is its owner's.
        Accept = "accept",
        /// A mention says nothing about the institution.
        Reject = "reject",
    }
}

vocabulary! {
    /// What would close a gap.
    Remedy {
        /// A password, offered with `--passwords`.
        Password = "password",
        /// A private key.
        Key = "key",
        /// Recognition of characters in pictures.
        Ocr = "ocr",
        /// A `[[scope]]` or a review that says whose it is.
        Scope = "scope",
        /// The missing file itself.
        Recover = "recover",
        /// Reading it again: when the machine has less else to do, with other rights, or from a repaired file system.
        Retry = "retry",
        /// A higher limit, given with `--limit`; where a limit is a reader's own, a person's look.
        Limit = "limit",
        /// A person's look at it, and a review that waives it.
        Waive = "waive",
    }
}

vocabulary! {
    /// What else a reader of the impact list must know about an institution.
    Flag {
        /// Affected, though the inventory says that it does not depend.
        ContradictsInventory = "contradicts_inventory",
        /// The seller names it, and nothing confirms that.
        ClaimedBySeller = "claimed_by_seller",
        /// One of its identifiers or names had other holders at other times, and the date of an item bore on it.
        DecidedByDate = "decided_by_date",
        /// A deployment ended before the window and nothing says it was purged.
        FormerUser = "former_user",
        /// A deployment is missing or cannot be compared.
        InventoryIncomplete = "inventory_incomplete",
        /// Deployments of one product and business unit were in use at the same time, on different platforms or versions.
        InventoryOverlap = "inventory_overlap",
        /// A deployment has neither a beginning nor an end.
        InventoryUndated = "inventory_undated",
        /// A shared or one-word name of it was seen.
        NameSeen = "name_seen",
        /// A row of the registry that concerns it is defective.
        RegistryDefect = "registry_defect",
        /// A member of its group is affected.
        RelatedAffected = "related_affected",
        /// A person's review bears on it: a waived gap, an attributed item, an accepted or rejected mention.
        Reviewed = "reviewed",
        /// A letter was sent that told another verdict.
        Retract = "retract",
        /// One of its identifiers has other holders too.
        SharedIdentifier = "shared_identifier",
    }
}
