use super::engines::{Server, find, run, unprivileged};
use super::shelf::{Shelf, assert_rows, table};
use super::{COLUMNS, inserts, rows, shown};
use std::path::Path;

/// A server with the table of accounts, and one of files.
pub fn with_server(test: impl FnOnce(&dyn Fn(&[&str]) -> Vec<u8>)) {
    let (Some(server), Some(client), Some(dump)) = (find("mariadbd"), find("mariadb"), find("mariadb-dump")) else { return };
    let Some(install) = find("mariadb-install-db") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = folder.path();
    let data = format!("--datadir={}", home.join("data").display());
    std::fs::create_dir(home.join("data")).expect("a writable folder");
    run(unprivileged(&install, home).args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", &data]));
    let socket = format!("--socket={}", home.join("s").display());
    let mut command = unprivileged(&server, home);
    command.args(["--no-defaults", &data, &socket, "--skip-networking", "--skip-grant-tables", "--pid-file=pid"]);
    let with = |program: &Path| {
        let mut command = unprivileged(program, home);
        command.args(["--no-defaults", &socket, "--default-character-set=utf8mb4"]);
        command
    };
    let ready = || with(&client).args(["-e", "select 1"]).output().is_ok_and(|o| o.status.success());
    let _server = Server::start(&mut command, ready);
    let sql = format!(
        "SET sql_mode='NO_BACKSLASH_ESCAPES';\nCREATE DATABASE b CHARACTER SET utf8mb4;\nUSE b;\n\
         CREATE TABLE accounts (id int, client_code varchar(20), holder varchar(80), iban varchar(34), amount decimal(14,2), note text, KEY k (iban));\n{}\
         CREATE TABLE files (name varchar(80), content longblob);\n\
         INSERT INTO files VALUES ('key', X'00FF27220A5C1A'), ('file', CONCAT('%PDF-1.4', REPEAT(X'00275C0A', 200)));\n\
         CREATE TRIGGER t AFTER INSERT ON accounts FOR EACH ROW INSERT INTO files VALUES (NEW.holder, NULL);\n",
        inserts(&rows(2500))
    );
    std::fs::write(home.join("load.sql"), sql).expect("a writable folder");
    run(with(&client).args(["-e", "source load.sql"]));
    test(&|options| run(with(&dump).args(options).arg("b")).stdout);
}

#[test]
fn rows_of_mariadb_dumps_are_those_inserted() {
    with_server(|dump| {
        for options in [
            &[][..],
            &["--hex-blob"],
            &["--skip-extended-insert"],
            &["--complete-insert", "--net-buffer-length=4096"],
            &["--skip-opt", "--compact"],
            &["--no-create-info", "--complete-insert"],
            &["--routines", "--triggers", "--replace"],
        ] {
            let bytes = dump(options);
            let (found, members) = Shelf::read(&bytes);
            let accounts = table(&found, "accounts");
            assert_eq!((found.format, &accounts.header[..]), ("sql", &COLUMNS.map(str::to_owned)[..]), "{options:?}");
            assert_rows(accounts, &shown(&rows(2500)));
            let files = table(&found, "files");
            assert_eq!((files.rows.len(), &files.rows[0][1][..]), (2, "00FF27220A5C1A"), "{options:?}");
            assert!(members.iter().any(|member| member.format == "pdf"), "{options:?}: {members:?}");
            assert!(found.gaps.is_empty() && found.bytes[5] + found.bytes[1] == 0, "{options:?}: {:?} {:?}", found.gaps, found.bytes);
        }
    });
}
