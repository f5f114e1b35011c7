//! Who belongs together, and that the verdict of one is nobody else's.

use crate::harness::{Desk, Institution, Job, write, write_registry};

#[test]
fn members_of_groups_stand_beside_each_other_with_verdicts_of_their_own() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    write_registry(
        &registry,
        &[
            Institution::new("HEAD", "Quarrystone Bancshares Holding").with("client_code", "QX7731"),
            Institution::new("CHILD", "Ashgrove Miller Savings Bank").with("client_code", "ZK4410"),
            Institution::new("BUREAU", "Lanternfield Processing Services").with("transfer_account", "lantern-ftp7"),
            Institution::new("ONE", "Tidewater Orchard Trust Bank").with("client_code", "PT9902").with("transfer_account", "duo-ftp33"),
            Institution::new("TWO", "Bellweather Harbor Credit Union").with("client_code", "RR8811").with("transfer_account", "duo-ftp33"),
            Institution::new("OLD", "Candlemas Prairie State Bank").with("client_code", "MM1204"),
        ],
    );
    let customers = "customer_id,legal_name,country,parent_id,successor_id,serves_others\nHEAD,Quarrystone Bancshares Holding,US,,,\n\
                     CHILD,Ashgrove Miller Savings Bank,US,HEAD,,\nBUREAU,Lanternfield Processing Services,US,,,true\n\
                     ONE,Tidewater Orchard Trust Bank,US,,,\nTWO,Bellweather Harbor Credit Union,US,,,\n\
                     OLD,Candlemas Prairie State Bank,US,,ONE,\n";
    write(&registry.join("customers.csv"), customers.as_bytes());
    write(&desk.path("ev/notes/a.txt"), b"Client code: QX7731\nThe window is one hour.\n");
    let batch = "client_code,account_no,name,balance\nPT9902,000123456789,Ann Lee,1.00\nPT9902,000123456790,Bo Ek,2.00\n";
    write(&desk.path("ev/home/lantern-ftp7/out/batch.csv"), batch.as_bytes());
    write(&desk.path("ev/home/duo-ftp33/in/plain.txt"), b"nothing of interest\n");
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    let rows: Vec<String> = outputs
        .rows("groups.csv")
        .iter()
        .map(|row| ["kind", "group", "customer_id", "part", "of", "verdict", "items"].map(|column| row[column].as_str()).join(" "))
        .collect();
    let expected = [
        "parent_group HEAD HEAD head  affected 1",
        "parent_group HEAD CHILD subsidiary HEAD ruled_out 0",
        "succession ONE ONE successor  affected 1",
        "succession ONE OLD predecessor ONE ruled_out 0",
        "service_bureau BUREAU BUREAU bureau  affected 1",
        "service_bureau BUREAU ONE served BUREAU affected 1",
        "shared_account transfer_account duo-ftp33 ONE holder  affected 1",
        "shared_account transfer_account duo-ftp33 TWO holder  undetermined 1",
    ];
    assert_eq!(rows, expected);
    assert!(outputs.impact()["CHILD"]["flags"].contains("related_affected"));
    let page = std::fs::read_to_string(outputs.file("report.html")).expect("a page");
    assert!(page.contains("Who belongs together") && page.contains("Accounts and codes with several holders"));
}

#[test]
fn those_under_one_parent_that_is_no_customer_are_one_group() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let institutions = [
        Institution::new("ONE", "Tidewater Orchard Trust Bank").with("client_code", "PT9902").with("transfer_account", "tide-ftp33"),
        Institution::new("TWO", "Bellweather Harbor Credit Union").with("client_code", "RR8811"),
        Institution::new("OTHER", "Candlemas Prairie State Bank").with("client_code", "MM1204").with("transfer_account", "prairie-ftp1"),
    ];
    write_registry(&registry, &institutions);
    let customers = "customer_id,legal_name,country,parent_id\nONE,Tidewater Orchard Trust Bank,US,HOLDCO1\n\
                     TWO,Bellweather Harbor Credit Union,US,HOLDCO1\nOTHER,Candlemas Prairie State Bank,US,HOLDCO2\n";
    write(&registry.join("customers.csv"), customers.as_bytes());
    write(&desk.path("ev/home/tide-ftp33/in/plain.txt"), b"nothing of interest\n");
    let mut sealed = b"7z\xBC\xAF\x27\x1C\x00\x04".to_vec();
    sealed.extend((0..4000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()));
    write(&desk.path("ev/home/tide-ftp33/in/sealed.7z"), &sealed);
    let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &registry).verdicts();
    assert_eq!((verdicts["TWO"].as_str(), verdicts["OTHER"].as_str()), ("undetermined", "ruled_out"), "{verdicts:?}");
}
