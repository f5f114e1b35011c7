//! The words that fictional institutions, towns, persons and documents are made of. None of the towns and
//! institutions is meant to exist.

/// Beginnings of the names of American towns.
pub(super) const TOWN_HEADS: &[&str] = &[
    "Ald", "Bram", "Brack", "Cresk", "Dray", "Dunn", "Elms", "Farl", "Garn", "Hark", "Hest", "Holl", "Ives", "Kell", "Lorn", "Mard",
    "Marl", "Nether", "Norl", "Oster", "Pell", "Quill", "Rav", "Sedge", "Stav", "Tarn", "Tull", "Ulver", "Vex", "Wend", "Wick", "Yar",
];

/// Ends of the names of American towns.
pub(super) const TOWN_TAILS: &[&str] = &[
    "worth", "wick", "ford", "bury", "stead", "mere", "holt", "combe", "croft", "dale", "gate", "hurst", "ley", "port", "ridge", "ton",
    "well", "brook",
];

/// Postal abbreviations of states.
pub(super) const STATES: &[&str] = &["IA", "OH", "KS", "NE", "MO", "WI", "MN", "KY", "TN", "OR", "ME", "VT"];

/// Names of American institutions; none is contained in another's, and none begins like a shared name.
pub(super) const US_NAMES: &[&str] = &[
    "{} Valley Savings Bank",
    "{} County Teachers Federal Credit Union",
    "Heritage Bank of {}",
    "{} Mutual Savings Bank",
    "{} Firefighters Federal Credit Union",
    "{} Trust & Savings Bank",
    "Homestead Federal Savings of {}",
    "{} Community Credit Union",
];

/// First words of names that several institutions share.
pub(super) const SHARED_HEADS: &[&str] = &["First", "Citizens", "Farmers", "Peoples", "Merchants", "Security", "Planters", "Union"];

/// Last words of names that several institutions share.
pub(super) const SHARED_TAILS: &[&str] = &["State Bank", "Savings Bank", "National Bank"];

/// A country outside the United States: code, name patterns, beginnings and ends of its towns' names.
pub(super) type Country = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// Countries of the European institutions.
pub(super) const COUNTRIES: &[Country] = &[
    (
        "DE",
        &["Neue Volksbank {} eG", "Vereinte Sparkasse {}"],
        &["Grün", "Alten", "Hohen", "Birken", "Lichten", "Mühlen", "Königs", "Oster", "Wulfs", "Rehn"],
        &["felde", "moor", "brück", "werder", "hagen", "rode", "siel", "wörth"],
    ),
    (
        "FR",
        &["Crédit Rural de {}", "Banque Mutuelle de {} SA"],
        &["Val", "Mont", "Roche", "Font", "Bel", "Haute", "Clair", "Pierre"],
        &["fleury", "sèche", "rivière", "ormeau", "chêne", "veyrac", "lande", "breuil"],
    ),
    (
        "NL",
        &["Algemene Spaarbank {} N.V.", "Verenigde Landbouwbank {} B.V."],
        &["Oude", "Nieuwe", "Zuider", "Wester", "Hage", "Linde", "Moer", "Brede"],
        &["wetering", "kerke", "haven", "broek", "sluis", "donk", "veen", "zijl"],
    ),
    (
        "AT",
        &["Bäuerliche Kreditbank {} AG", "Allgemeine Gewerbebank {} AG"],
        &["Sankt Ulm", "Feld", "Ried", "Enns", "Kirch", "Tann", "Hall", "Gams"],
        &["thal", "boden", "kogel", "leiten", "graben", "alm", "stetten", "öd"],
    ),
];

/// Beginnings of the names of institutions that stand in directories and are nobody's customer.
pub(super) const STRANGER_HEADS: &[&str] =
    &["Wren", "Linnet", "Plover", "Curlew", "Heron", "Teal", "Siskin", "Dunlin", "Bittern", "Fulmar", "Merlin", "Dipper"];

/// Ends of the names of institutions that stand in directories and are nobody's customer.
pub(super) const STRANGER_TAILS: &[&str] =
    &["Hollow Bank", "Point Bank & Trust", "Springs Thrift", "Bluff Bank", "Crossing Credit Union", "Landing Loan Society"];

/// First names of persons.
pub(super) const FIRST_NAMES: &[&str] = &[
    "Abigail", "Adrian", "Beatrice", "Calvin", "Dahlia", "Elena", "Felix", "Gloria", "Hamid", "Imani", "Jasper", "Keiko", "Leon", "Maren",
    "Nadia", "Owen", "Paloma", "Quentin", "Rosa", "Samir", "Tamsin", "Uri", "Vera", "Wesley", "Yolanda", "Zane",
];

/// Last names of persons.
pub(super) const LAST_NAMES: &[&str] = &[
    "Abernathy",
    "Barrow",
    "Castellan",
    "Delacroix",
    "Eastwick",
    "Fairbairn",
    "Gallowglass",
    "Hollis",
    "Ingram",
    "Jessop",
    "Kowalczyk",
    "Lindqvist",
    "Marchetti",
    "Nakamura",
    "Obuya",
    "Pettigrew",
    "Quigley",
    "Rasmussen",
    "Sandoval",
    "Thackeray",
    "Umarov",
    "Vanterpool",
    "Whitlock",
    "Yarborough",
];

/// Last names with letters that are not ASCII.
pub(super) const EUROPEAN_LAST_NAMES: &[&str] =
    &["Müller-Thur", "Brömmel", "Lefèvre", "Garçonnet", "Jäkel", "Grünwaldt", "Søndergaard", "Van Aalst", "Pérouse", "Weiß"];

/// Streets.
pub(super) const STREETS: &[&str] = &[
    "Alder Road",
    "Basalt Avenue",
    "Cobbler Lane",
    "Drumlin Street",
    "Eddy Court",
    "Foundry Street",
    "Gravel Pit Road",
    "Heron Way",
    "Inlet Drive",
];

/// European streets; the number follows.
pub(super) const EUROPEAN_STREETS: &[&str] = &["Lindenstraße", "Hafengasse", "Rue des Tanneurs", "Molenweg", "Am Kühlhaus", "Oude Kade"];

/// Towns that persons live in; no institution has its seat there.
pub(super) const HOME_TOWNS: &[&str] = &["Juniper Landing", "Copper Bend", "Saltgrass", "Tallow Creek", "Basin Hollow", "Three Pines"];

/// European towns that persons live in.
pub(super) const EUROPEAN_HOME_TOWNS: &[&str] = &["Seeblick", "Nordhain", "Mareuil", "Kleinwaard", "Unterberg"];

/// Companies that originate payments.
pub(super) const COMPANIES: &[&str] = &["GRANITE PAYROLL", "BLUEFIN STAFFING", "ORCHARD DAIRY", "TINSMITH UNION", "LAKESHORE CLINIC"];

/// Sentences of the vendor's documents; `{n}` stands for a noun, `{a}` for an adjective, `{t}` for a time.
pub(super) const SENTENCES: &[&str] = &[
    "The {a} {n} waits for the {n} before it starts.",
    "When the {n} is {a}, restart the {n} and watch the {n}.",
    "A {a} {n} was replaced {t} because the {n} had grown too large.",
    "Nobody had expected the {n} to become {a} {t}.",
    "Each {n} keeps a {a} {n}, and the {n} is rotated {t}.",
    "See the chapter on the {n} for what a {a} {n} may do.",
    "The {n} reports to the {n} {t}.",
    "Before the upgrade, check that no {n} is {a}.",
    "We moved the {a} {n} to another rack {t}.",
    "If the {n} cannot reach the {n}, it tries again {t}.",
];

/// Nouns of the vendor's documents.
pub(super) const NOUNS: &[&str] = &[
    "scheduler",
    "replica",
    "queue",
    "listener",
    "parser",
    "cache",
    "worker",
    "watchdog",
    "journal",
    "snapshot",
    "gateway",
    "dashboard",
    "installer",
    "pipeline",
    "connector",
    "thread pool",
    "heartbeat",
    "release",
    "checklist",
    "log file",
];

/// Adjectives of the vendor's documents.
pub(super) const ADJECTIVES: &[&str] =
    &["stale", "paused", "sleepy", "read-only", "misplaced", "secondary", "forgotten", "noisy", "slow", "broken", "temporary"];

/// Times of the vendor's documents.
pub(super) const TIMES: &[&str] =
    &["every night", "after lunch", "on Friday", "twice an hour", "during the freeze", "last spring", "at the next restart"];
