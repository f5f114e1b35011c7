-- The ledger: what was seen, what was read of it, what not and why. One row per file of the evidence,
-- one per distinct content, one per row of a manifest. Rows of reading carry the generation in which
-- they were committed together with the index.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- An evidence root. `walk` is 'incomplete' until every folder below it was listed.
CREATE TABLE root (
    id    INTEGER PRIMARY KEY,
    label TEXT NOT NULL UNIQUE,
    path  BLOB NOT NULL,
    walk  TEXT NOT NULL DEFAULT 'incomplete'
);

-- A name below a root. `content` is NULL until it was read; then `status` and `cause` say why not.
CREATE TABLE file (
    id      INTEGER PRIMARY KEY,
    root    INTEGER NOT NULL REFERENCES root,
    path    BLOB NOT NULL,
    size    INTEGER NOT NULL,
    mtime   INTEGER NOT NULL,
    -- When the file system last changed anything of it, and the number of the file: what a changed time of
    -- modification cannot hide.
    ctime   INTEGER NOT NULL,
    inode   INTEGER NOT NULL,
    content INTEGER,
    status  TEXT NOT NULL,
    cause   TEXT,
    detail  TEXT NOT NULL DEFAULT '',
    UNIQUE (root, path)
);
CREATE INDEX file_content ON file (content);

-- Bytes that were read, once, wherever they lie. `offer` names the passwords and keys that were tried, `ocr` what text
-- in pictures was recognised by, `limits` the bounds that were not as usual. `reading` is a record of `ledger::Reading`, `facts` one of `format::Facts`, both in
-- postcard and LZ4; NULL where there are no facts. They are apart since all readings are needed at once, and facts,
-- which name every person, are gone through a few at a time.
CREATE TABLE content (
    id         INTEGER PRIMARY KEY,
    sha256     BLOB NOT NULL UNIQUE,
    size       INTEGER NOT NULL,
    format     TEXT NOT NULL,
    version    INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    cut        INTEGER NOT NULL,
    offer      TEXT,
    ocr        TEXT,
    limits     TEXT,
    media_type TEXT NOT NULL,
    status     TEXT NOT NULL,
    cause      TEXT,
    reading    BLOB NOT NULL,
    facts      BLOB,
    -- Checksums by which listings may name it.
    sha1       BLOB NOT NULL,
    md5        BLOB NOT NULL,
    crc32      INTEGER NOT NULL
);
CREATE INDEX content_format ON content (format, media_type);

-- What readings say, laid out so that a few rows answer a question without decoding every reading:
-- the members of containers, by container and by what they are, and the identifiers in facts.
CREATE TABLE member (
    container INTEGER NOT NULL,
    ordinal   INTEGER NOT NULL,
    name      BLOB NOT NULL,
    sha256    BLOB,
    size      INTEGER NOT NULL,
    defect    TEXT,
    PRIMARY KEY (container, ordinal)
) WITHOUT ROWID;
CREATE INDEX member_sha256 ON member (sha256);

-- Pieces of large contents that were read once, and the contents that hold them. The ids of pieces and contents
-- are of one row of numbers; passages of a piece stand in the index under its own.
CREATE TABLE piece (
    id       INTEGER PRIMARY KEY,
    key      BLOB NOT NULL UNIQUE,
    findings BLOB NOT NULL
);

CREATE TABLE part (
    piece   INTEGER NOT NULL,
    content INTEGER NOT NULL,
    offset  INTEGER NOT NULL,
    PRIMARY KEY (piece, content, offset)
) WITHOUT ROWID;
CREATE INDEX part_content ON part (content);

CREATE TABLE fact (
    term    TEXT NOT NULL,
    content INTEGER NOT NULL,
    PRIMARY KEY (term, content)
) WITHOUT ROWID;
CREATE INDEX fact_content ON fact (content);

-- A listing or log handed over beside the evidence.
CREATE TABLE manifest (
    id     INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    name   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    syntax TEXT NOT NULL,
    lines  INTEGER NOT NULL,
    not_understood INTEGER NOT NULL,
    truncated INTEGER NOT NULL DEFAULT 0,
    unknown TEXT,
    columns TEXT NOT NULL DEFAULT '',
    text   TEXT NOT NULL
);

CREATE TABLE listed (
    manifest INTEGER NOT NULL REFERENCES manifest,
    line     INTEGER NOT NULL,
    path     BLOB NOT NULL,
    size     INTEGER,
    sha256   BLOB,
    sha1     BLOB,
    md5      BLOB,
    -- The MD5 is what an object store calls its tag.
    tag      INTEGER NOT NULL,
    crc32    INTEGER,
    account  TEXT,
    folder   INTEGER NOT NULL,
    link     BLOB,
    folded   INTEGER NOT NULL,
    -- Of a transfer: its direction, bytes, when and with whom.
    outgoing INTEGER,
    bytes    INTEGER,
    complete INTEGER,
    time     TEXT,
    peer     TEXT,
    client   TEXT
);

-- What runs were decided by beside the evidence, the last one last: the SHA-256 of it, the digest of the items that
-- were decided on, and the bytes of registry, reviews and letters.
CREATE TABLE run (
    seq    INTEGER PRIMARY KEY,
    inputs TEXT NOT NULL UNIQUE,
    ledger TEXT NOT NULL,
    given  BLOB NOT NULL
);

-- The audit chain: each event's hash covers the one before.
CREATE TABLE event (
    seq  INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    what TEXT NOT NULL,
    hash TEXT NOT NULL
);
