use super::engines::{Server, find, run, unprivileged};
use super::shelf::{Shelf, assert_rows, table};
use super::{COLUMNS, inserts, rows, shown};
use std::path::Path;

/// A server with the table of accounts, a table with every awkward name, and a large object.
pub fn with_server(test: impl FnOnce(&dyn Fn(&[&str]) -> Vec<u8>, &Path)) {
    let (Some(initdb), Some(postgres), Some(psql), Some(dump)) = (find("initdb"), find("postgres"), find("psql"), find("pg_dump")) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = folder.path();
    let data = home.join("data");
    run(unprivileged(&initdb, home).args(["-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync", "-D"]).arg(&data));
    let socket = home.to_str().expect("a plain path");
    let mut server = unprivileged(&postgres, home);
    server.arg("-D").arg(&data).args(["-k", socket, "-c", "listen_addresses=", "-c", "fsync=off"]);
    let client = |program: &Path| {
        let mut command = unprivileged(program, home);
        command.args(["-h", socket, "-U", "tester"]);
        command
    };
    let ready = || client(&psql).args(["-c", "select 1", "postgres"]).output().is_ok_and(|o| o.status.success());
    let _server = Server::start(&mut server, ready);
    let sql = format!(
        "CREATE TABLE accounts (id int, client_code text, holder text, iban text, amount numeric(14,2), note text);\n{}\
         CREATE TABLE \"Odd \"\"Name\" (\"key\" text, f bytea, t timestamp);\n\
         INSERT INTO \"Odd \"\"Name\" VALUES ('k', decode(repeat('00FF', 300), 'hex'), '2024-01-02 03:04:05');\n\
         SELECT lo_from_bytea(16401, 'large object of Ironvale Savings Bank');\n\
         CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ INSERT INTO accounts (id) VALUES (1); $$;\n",
        inserts(&rows(2500))
    );
    std::fs::write(home.join("load.sql"), sql).expect("a writable folder");
    run(client(&psql).args(["-v", "ON_ERROR_STOP=1", "-q", "-f", "load.sql", "postgres"]));
    let run_dump = |arguments: &[&str]| match arguments {
        ["psql", rest @ ..] => run(client(&psql).args(rest).arg("postgres")).stdout,
        _ => run(client(&dump).args(arguments).arg("postgres")).stdout,
    };
    test(&run_dump, home);
}

fn assert_accounts(bytes: &[u8], what: &str) {
    let (found, members) = Shelf::read(bytes);
    let accounts = table(&found, "public.accounts");
    assert_eq!(accounts.header, COLUMNS, "{what}");
    assert_rows(accounts, &shown(&rows(2500)));
    assert!(found.gaps.is_empty(), "{what}: {:?}", found.gaps);
    assert_eq!(table(&found, "public.Odd \"Name").header, ["key", "f", "t"], "{what}");
    assert!(found.text.contains("CREATE FUNCTION public.f()"), "{what}");
    assert_eq!(found.bytes[5], 0, "{what}");
    if what != "-Fp" && what != "--inserts" {
        assert!(members.iter().any(|member| member.text.contains("large object of Ironvale")), "{what}");
    }
}

#[test]
fn rows_of_postgresql_in_every_format_are_those_inserted() {
    with_server(|dump, home| {
        for arguments in [
            &["-Fc"][..],
            &["-Fc", "-Z0"],
            &["-Fc", "-Z9"],
            &["-Fc", "--inserts"],
            &["-Fc", "--column-inserts", "-Z0"],
            &["-Ft"],
            &["-Fp"],
            &["--inserts"],
            &["-Fp", "--column-inserts", "--rows-per-insert=17"],
            &["-Fp", "--create", "--clean", "--if-exists"],
        ] {
            let what = if arguments[0] == "-Fp" { "-Fp" } else { arguments[0] };
            assert_accounts(&dump(arguments), what);
        }
        let out = home.join("dir");
        dump(&["-Fd", "-f", out.to_str().expect("a plain path")]);
        let mut all = Vec::new();
        for file in std::fs::read_dir(&out).expect("a folder").flatten() {
            let (found, members) = Shelf::read(&std::fs::read(file.path()).expect("a readable file"));
            assert!(found.gaps.is_empty(), "{:?}: {:?}", file.path(), found.gaps);
            all.extend(members.into_iter().chain([found]).flat_map(|f| f.tables).filter(|t| t.rows.len() == 2500));
        }
        assert_eq!(all.len(), 1, "one table has all the rows");
        assert_rows(&all[0], &shown(&rows(2500)));
        let binary =
            dump(&["psql", "-c", "COPY (SELECT id, client_code, holder, iban, amount, note FROM accounts) TO stdout (FORMAT binary)"]);
        let (found, _) = Shelf::read(&binary);
        assert_eq!((found.format, found.gaps.len(), found.bytes[1]), ("pg_copy_binary", 0, 0));
        assert_rows(&found.tables[0], &shown(&rows(2500)));
    });
}

#[test]
fn a_cut_or_altered_archive_of_postgresql_says_so() {
    with_server(|dump, _| {
        for arguments in [&["-Fc"][..], &["-Fc", "-Z0"], &["-Ft"]] {
            let whole = dump(arguments);
            for cut in (1..12).map(|n| whole.len() * n / 12) {
                let (found, members) = Shelf::read(&whole[..cut]);
                let gaps = found.gaps.len() + members.iter().map(|m| m.gaps.len()).sum::<usize>();
                assert!(gaps > 0, "{arguments:?} cut at {cut} of {}: {}", whole.len(), found.format);
            }
            for at in (0..whole.len()).step_by(whole.len() / 15) {
                let mut altered = whole.clone();
                altered[at] ^= 0x41;
                Shelf::read(&altered);
            }
        }
    });
}
