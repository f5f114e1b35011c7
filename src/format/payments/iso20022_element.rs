//! Elements of the ISO 20022 payment messages that say something about sides, banks, accounts and
//! persons, by their XML names.

/// One element of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    // Envelopes and headers.
    Document,
    AppHdr,
    From,
    To,
    Related,
    NetworkHeader,
    Sender,
    Receiver,
    DistinguishedName,
    FullName,
    SubFormat,
    // Structure of messages.
    GroupHeader,
    PaymentInformation,
    Statement,
    Transaction,
    StatementEntry,
    EntryDetails,
    Underlying,
    Shadow,
    // Institutions.
    InstructingAgent,
    InstructedAgent,
    DebtorAgent,
    CreditorAgent,
    OtherAgent,
    Servicer,
    AccountServicer,
    Assigner,
    Assignee,
    InitiatingParty,
    Institution,
    ClearingMember,
    ClearingSystem,
    // Parties and accounts.
    Debtor,
    Creditor,
    UltimateDebtor,
    UltimateCreditor,
    AccountOwner,
    Party,
    DebtorAccount,
    CreditorAccount,
    Account,
    OtherAccount,
    Organisation,
    PrivateIdentification,
    OtherIdentification,
    SchemeName,
    PostalAddress,
    // Values.
    Bic,
    MemberId,
    Code,
    Proprietary,
    Id,
    Iban,
    Bban,
    Lei,
    Name,
    Street,
    Town,
    Subdivision,
    Country,
    AddressPart,
    Email,
    Phone,
    BirthDate,
    CardNumber,
    Amount,
    Created,
    // Anything else.
    Unknown,
}

impl Element {
    /// The element of a name without prefix.
    pub(super) fn of(name: &[u8]) -> Self {
        use Element::*;
        match name {
            b"Document" => Document,
            b"AppHdr" | b"BizMsgHdr" | b"BusinessApplicationHeader" => AppHdr,
            b"Fr" | b"From" => From,
            b"To" => To,
            b"Rltd" => Related,
            b"DataPDU" => NetworkHeader,
            b"Sender" => Sender,
            b"Receiver" => Receiver,
            b"DN" => DistinguishedName,
            b"X1" => FullName,
            b"SubFormat" => SubFormat,
            b"CreDtTm" | b"CreDt" => Created,
            b"GrpHdr" | b"Assgnmt" => GroupHeader,
            b"PmtInf" => PaymentInformation,
            b"Stmt" | b"Rpt" | b"Ntfctn" => Statement,
            b"CdtTrfTxInf" | b"DrctDbtTxInf" | b"TxInf" | b"TxInfAndSts" | b"CdtTrfTx" | b"Itm" => Transaction,
            b"Ntry" => StatementEntry,
            b"TxDtls" => EntryDetails,
            b"UndrlygCstmrCdtTrf" | b"UndrlygCstmrDrctDbt" | b"UndrlygPmtInstr" | b"UndrlygIntrBk" | b"RtrChain" | b"SplmtryData" => Shadow,
            b"Undrlyg" => Underlying,
            b"InstgAgt" => InstructingAgent,
            b"InstdAgt" => InstructedAgent,
            b"DbtrAgt" => DebtorAgent,
            b"CdtrAgt" => CreditorAgent,
            b"Svcr" => Servicer,
            b"AcctSvcr" => AccountServicer,
            b"Assgnr" => Assigner,
            b"Assgne" => Assignee,
            b"InitgPty" => InitiatingParty,
            b"FinInstnId" => Institution,
            b"ClrSysMmbId" => ClearingMember,
            b"ClrSysId" => ClearingSystem,
            b"Dbtr" => Debtor,
            b"Cdtr" => Creditor,
            b"UltmtDbtr" => UltimateDebtor,
            b"UltmtCdtr" => UltimateCreditor,
            b"Ownr" => AccountOwner,
            b"Pty" => Party,
            b"DbtrAcct" => DebtorAccount,
            b"CdtrAcct" => CreditorAccount,
            b"Acct" => Account,
            b"OrgId" => Organisation,
            b"PrvtId" => PrivateIdentification,
            b"Othr" | b"PrtryAcct" | b"PrtryId" => OtherIdentification,
            b"SchmeNm" => SchemeName,
            b"PstlAdr" => PostalAddress,
            b"BICFI" | b"BIC" | b"AnyBIC" | b"BICOrBEI" | b"BEI" => Bic,
            b"MmbId" => MemberId,
            b"Cd" => Code,
            b"Prtry" => Proprietary,
            b"Id" => Id,
            b"IBAN" => Iban,
            b"BBAN" | b"UPIC" => Bban,
            b"LEI" => Lei,
            b"Nm" => Name,
            b"StrtNm" => Street,
            b"TwnNm" => Town,
            b"CtrySubDvsn" => Subdivision,
            b"Ctry" => Country,
            b"AdrLine" | b"BldgNb" | b"BldgNm" | b"PstCd" | b"PstBx" | b"DstrctNm" | b"Room" | b"Flr" | b"SubDept" | b"Dept"
            | b"TwnLctnNm" => AddressPart,
            b"EmailAdr" => Email,
            b"PhneNb" | b"MobNb" | b"FaxNb" => Phone,
            b"BirthDt" => BirthDate,
            b"PAN" | b"PlainCardData" => CardNumber,
            _ if name.ends_with(b"Acct") => OtherAccount,
            _ if name.ends_with(b"Amt") => Amount,
            _ if is_agent(name) => OtherAgent,
            _ => Unknown,
        }
    }
}

/// Other roles of institutions: `IntrmyAgt1`, `PrvsInstgAgt2`, `FwdgAgt`, `InstgRmbrsmntAgt`, `Agt`.
fn is_agent(name: &[u8]) -> bool {
    name.strip_suffix(b"Agt").is_some() || matches!(name, [head @ .., b'1'..=b'3'] if head.ends_with(b"Agt"))
}

/// How a message says whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// pain.001: each payment information belongs to the debtor's agent.
    CreditTransferInitiation,
    /// pain.007 and pain.008: to the creditor's agent.
    DirectDebitInitiation,
    /// pain.002: to the bank that reports.
    InitiationStatus,
    /// camt.052, 053, 054: each to the account's servicer.
    Statement,
    /// All others: to header, instructing and instructed agent, assigner.
    Other,
}

impl Kind {
    /// The kind of the element below `Document`; none where it is no message's.
    pub(super) fn of(root: &[u8]) -> Option<Self> {
        let starts = |prefix: &[u8]| root.starts_with(prefix);
        Some(if starts(b"CstmrCdtTrfInitn") || starts(b"pain.001") {
            Self::CreditTransferInitiation
        } else if starts(b"CstmrDrctDbtInitn") || starts(b"CstmrPmtRvsl") || starts(b"pain.008") || starts(b"pain.007") {
            Self::DirectDebitInitiation
        } else if starts(b"CstmrPmtStsRpt") || starts(b"pain.002") {
            Self::InitiationStatus
        } else if starts(b"BkToCstmr") {
            Self::Statement
        } else if MESSAGES.iter().any(|m| starts(m)) || is_message_name(root) {
            Self::Other
        } else {
            return None;
        })
    }
}

/// Roots of further payment messages, without a version's suffix.
const MESSAGES: &[&[u8]] = &[
    b"FIToFI",
    b"FICdtTrf",
    b"FIDrctDbt",
    b"FinInstnCdtTrf",
    b"FinInstnDrctDbt",
    b"PmtRtr",
    b"MltlSttlmReq",
    b"CstmrPmtCxlReq",
    b"RsltnOfInvstgtn",
    b"CdtrPmtActvtn",
    b"MndtInitnReq",
    b"MndtAmdmntReq",
    b"MndtCxlReq",
    b"MndtAccptncRpt",
    b"MndtCpyReq",
    b"MndtSspnsnReq",
    b"NtfctnToRcv",
    b"UblToApply",
    b"ClmNonRct",
    b"AddtlPmtInf",
    b"DbtAuthstn",
    b"PrtryFrmtInvstgtn",
    b"BkSvcsBllgStmt",
    b"AcctRptgReq",
    b"ReqToModfyPmt",
    b"InvstgtnReq",
    b"InvstgtnRspn",
    b"ChqPresntmntNtfctn",
    b"LqdtyCdtTrf",
    b"SysEvtNtfctn",
    b"RmtAdvc",
];

/// `pacs.008.001.08` and the like, which early versions had as element names.
pub(super) fn is_message_name(name: &[u8]) -> bool {
    message_name_at(name) == Some(0)
}

/// Where a message identifier (`camt.053.001.02`) stands in a text, if one does.
pub(super) fn message_name_at(text: &[u8]) -> Option<usize> {
    text.windows(15).position(|w| {
        let digits = |range: std::ops::Range<usize>| w[range].iter().all(u8::is_ascii_digit);
        w[..4].iter().all(u8::is_ascii_lowercase)
            && w[4] == b'.'
            && digits(5..8)
            && w[8] == b'.'
            && digits(9..12)
            && w[12] == b'.'
            && digits(13..15)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_elements() {
        assert_eq!(Element::of(b"PrvsInstgAgt2"), Element::OtherAgent);
        assert_eq!(Element::of(b"IntrBkSttlmAmt"), Element::Amount);
        assert_eq!(Element::of(b"ChrgsAcct"), Element::OtherAccount);
        assert_eq!(Element::of(b"Xyz"), Element::Unknown);
        assert_eq!(Kind::of(b"BkToCstmrAcctRptV01"), Some(Kind::Statement));
        assert_eq!(Kind::of(b"pain.001.001.02"), Some(Kind::CreditTransferInitiation));
        assert_eq!(Kind::of(b"beans"), None);
        assert_eq!(message_name_at(b"xmlns=\"http://www.six-interbank-clearing.com/de/pain.001.001.03.ch.02.xsd\""), Some(48));
    }
}
