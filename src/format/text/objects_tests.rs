use super::*;
use proptest::prelude::*;

fn records(text: &str) -> Vec<String> {
    let object = Object::of(text).map(Object::into_records).unwrap_or_default();
    object.iter().map(|record| record.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn what_stands_deeper_belongs_to_an_object_and_lists_are_records() {
    for (text, wanted) in [
        (r#"{"a":1,"b":{"c":"x","d":null},"e":["p","q"]}"#, &["a=1 e=p e=q b.c=x b.d="][..]),
        (r#"{"a":1,"n":[{"b":2,"c":3}]}"#, &["a=1 n.b=2 n.c=3"]),
        (r#"{"n":[{"b":2,"c":3},{"b":4,"c":5}],"a":1}"#, &["a=1 n.b=2 n.c=3", "a=1 n.b=4 n.c=5"]),
        (r#"[{"b":2,"c":3},{"b":4,"c":5}]"#, &["b=2 c=3", "b=4 c=5"]),
        ("{\"b\":2,\"c\":3}\n{\"b\":4,\"c\":5}\n", &["b=2 c=3", "b=4 c=5"]),
        (r#"{"id":{"$numberLong":"7"},"f":[{"name":"client","value":"Q1"},{"name":"zip","value":"9"}]}"#, &["id=7 client=Q1 zip=9"]),
        (r#"<m xmlns="u"><a z="1">x</a><b>y</b><f name="g">w</f></m>"#, &["a=x b=y g=w a.z=1"]),
        (r#"<m><p><b>1</b><c>2</c></p><p><b>3</b><c>4</c></p><z t="5"/></m>"#, &["z.t=5 p.b=1 p.c=2", "z.t=5 p.b=3 p.c=4"]),
        (r#"{"a":1,"s":"{\"b\":2,\"c\":\"<d><e>3</e><f>4</f></d>\"}"}"#, &["a=1 s.b=2 s.c.e=3 s.c.f=4"]),
        (r#""{\"b\":2,\"c\":3}""#, &["b=2 c=3"]),
        (r#"{\"b\":2,\"c\":3}"#, &["b=2 c=3"]),
        ("eyJiIjoyLCJjIjozfQ==", &["b=2 c=3"]),
        ("eyJhbGciOiJub25lIn0.eyJiIjoyLCJjIjozfQ.", &["b=2 c=3"]),
        (
            "--x\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n2\r\n--x\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n3\r\n--x--\r\n",
            &["b=2 c=3"],
        ),
    ] {
        assert_eq!(records(text), wanted, "{text}");
    }
}

#[test]
fn what_is_no_object_of_two_values_is_none() {
    for text in [
        "",
        "{}",
        "[1, 2, 3, 4, 5]",
        r#"{"only": "one"}"#,
        r#"{"a": 1, "b": 2"#,
        "{a: 1, b: 2, c: 3}",
        "<p>one <b>two</b></p>",
        "--------------",
        "eyes and ears",
        "<not markup, at all",
        "[INFO] it ended",
    ] {
        assert!(Object::of(text).is_none(), "{text}");
    }
}

#[test]
fn what_stands_around_several_clients_is_none_of_theirs() {
    let list = |codes: [u32; 2]| {
        format!(r#"{{"by":"Ann Lee","clients":[{{"client_code":{},"n":1}},{{"client_code":{},"n":2}}]}}"#, codes[0], codes[1])
    };
    assert!(records(&list([104_233, 104_233])).iter().all(|record| record.contains("Ann Lee")));
    assert!(records(&list([104_233, 104_234])).iter().all(|record| !record.contains("Ann Lee")));
}

#[test]
fn what_is_repeated_is_bounded() {
    let many = format!(r#"{{"around":"{}","list":[{}]}}"#, "x".repeat(1000), vec![r#"{"a":1,"b":2}"#; 60_000].join(","));
    let size: usize = Object::of(&many).unwrap().into_records().iter().flatten().map(|(name, value)| name.len() + value.len()).sum();
    assert!(size < MOST_REPEATED + 2 * many.len(), "{size}");
}

proptest! {
    #[test]
    fn any_text_is_taken(text in r#"[{}\[\]<>/,:"\\ab1=\- \n]{0,64}"#) {
        let _ = Object::of(&text);
    }
}
