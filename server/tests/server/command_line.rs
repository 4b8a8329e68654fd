//! The rules at the command line: what it answers, how it ends, and what it says when it cannot run.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::running::{Folder, pricetag, two_credits};

struct Ran {
    code: i32,
    output: String,
    said: String,
}

fn run(arguments: &[&str], input: &[u8]) -> Ran {
    let mut process = pricetag()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut standard_input = process.stdin.take().expect("its input");
    let _ = standard_input.write_all(input); // a program that refuses its arguments does not read
    drop(standard_input);
    let output = process.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: output.status.code().expect("an exit code"), output: text(output.stdout), said: text(output.stderr) }
}

#[test]
fn one_request_gets_one_answer() {
    let ran = run(&["estimate"], two_credits().to_string().as_bytes());
    assert_eq!((ran.code, ran.output.lines().count(), ran.said.as_str()), (0, 1, ""));
    let estimate: Value = serde_json::from_str(&ran.output).unwrap();
    assert_eq!(estimate["total"], json!({"low": 2, "expected": 2, "high": 2}));
    let pretty = run(&["estimate", "--pretty"], two_credits().to_string().as_bytes());
    assert!(pretty.output.lines().count() > 10);
    assert_eq!(serde_json::from_str::<Value>(&pretty.output).unwrap(), estimate);
}

#[test]
fn every_question_has_a_command() {
    let plan = two_credits();
    let estimate: Value = serde_json::from_str(&run(&["estimate"], plan.to_string().as_bytes()).output).unwrap();
    for (command, request, member, expected) in [
        (
            "preflight",
            json!({"plan": plan, "account": {"tier": "basic", "balance": 1}}),
            "verdict",
            json!("insufficient"),
        ),
        ("fit", json!({"plan": plan, "budget": 1}), "shortBy", json!(1)),
        ("affordable", json!({"item": plan["items"][0], "balance": 9}), "quantity", json!(4)),
        ("settle", json!({"estimate": estimate, "outcome": {"lines": []}}), "charge", json!(2)),
    ] {
        let ran = run(&[command], request.to_string().as_bytes());
        let answer: Value = serde_json::from_str(&ran.output).unwrap();
        assert_eq!((ran.code, &answer[member]), (0, &expected), "{command}");
    }
    let ran = run(&["alternatives"], json!({"plan": plan}).to_string().as_bytes());
    assert_eq!((ran.code, ran.output.trim()), (0, "[]"));
}

#[test]
fn faults_end_with_1_and_are_the_answer() {
    let ran = run(&["estimate"], br#"{"items": []}"#);
    assert_eq!((ran.code, ran.said.as_str()), (1, ""));
    assert_eq!(serde_json::from_str::<Value>(&ran.output).unwrap()["errors"][0]["code"], "empty-plan");
    for malformed in [&b"{"[..], b"{} {}", b"\"\xff\"", br#"{"plan": {}, "plan": {}}"#] {
        let ran = run(&["estimate"], malformed);
        let errors = serde_json::from_str::<Value>(&ran.output).unwrap()["errors"].clone();
        assert_eq!((ran.code, &errors[0]["code"], &errors[0]["path"]), (1, &json!("malformed-body"), &json!("")));
    }
    let long = format!("{}{}", two_credits(), " ".repeat(1 << 20));
    let ran = run(&["estimate"], long.as_bytes());
    assert_eq!(serde_json::from_str::<Value>(&ran.output).unwrap()["errors"][0]["code"], "body-too-large");
}

#[test]
fn what_cannot_run_ends_with_2_and_says_why() {
    let folder = Folder::new();
    let card = folder.write("broken.toml", "id = \"x\"\nversion = 3\n");
    let card = card.to_str().unwrap();
    for (arguments, reason) in [
        (&["estimate"][..], "there is nothing on standard input"),
        (&["estimate", "--lines"], "there is nothing on standard input"),
        (&["estimate", "--card", "no-such-card.toml"], "cannot read the card `no-such-card.toml`"),
        (&["estimate", "--card", card], "is not valid"),
        (&["estimate", "--lines", "--pretty"], "cannot be used with"),
        (&["estimat"], "a similar subcommand exists: 'estimate'"),
        (&["serve", "--port", "65536"], "65536 is not in 0..=65535"),
        (&["card", "check", "no-such-card.toml"], "cannot read the card"),
    ] {
        let ran = run(arguments, b"");
        assert_eq!((ran.code, ran.output.as_str()), (2, ""), "{arguments:?}: {}", ran.said);
        assert!(ran.said.contains(reason), "`{reason}` is due, not {}", ran.said);
    }
}

#[test]
fn no_command_or_argument_is_suggested_where_none_is_near() {
    for (arguments, near) in [
        (&["setle"][..], Some("a similar subcommand exists: 'settle'")),
        (&["scale"], None),
        (&["card", "chek"], Some("a similar subcommand exists: 'check'")),
        (&["serve", "--tire", "pro"], Some("a similar argument exists: '--tier'")),
        (&["serve", "--port-number", "1"], None),
    ] {
        let ran = run(arguments, b"");
        assert_eq!((ran.code, ran.output.as_str()), (2, ""), "{arguments:?}: {}", ran.said);
        match near {
            Some(near) => assert!(ran.said.contains(near), "`{near}` is due, not {}", ran.said),
            None => assert!(!ran.said.contains("similar"), "{}", ran.said),
        }
        assert!(ran.said.contains("--help") && !ran.said.contains("\n\n\n"), "{}", ran.said);
    }
}

#[test]
fn each_line_is_answered_on_a_line_of_its_own_and_a_bad_one_stops_nothing() {
    let long = format!("{}{}", two_credits(), " ".repeat(1 << 20));
    let input = format!("{}\nnot json\n\n{long}\n{}\n{}", two_credits(), r#"{"items": []}"#, two_credits());
    let ran = run(&["estimate", "--lines"], input.as_bytes());
    let answers: Vec<Value> = ran.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<&str> =
        answers.iter().map(|answer| answer["errors"][0]["code"].as_str().unwrap_or("none")).collect();
    assert_eq!(codes, ["none", "malformed-body", "malformed-body", "body-too-large", "empty-plan", "none"]);
    assert_eq!((ran.code, ran.said.as_str()), (1, ""));
    let good = run(&["estimate", "--lines"], format!("{}\n", two_credits()).as_bytes());
    assert_eq!((good.code, good.output.lines().count()), (0, 1));
}

#[test]
fn a_program_that_asks_line_by_line_gets_each_answer_at_once() {
    let mut process =
        pricetag().args(["estimate", "--lines"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    for _ in 0..3 {
        writeln!(input, "{}", two_credits()).unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["total"]["high"], 2);
    }
    drop(input);
    assert!(process.wait().unwrap().success());
}

#[test]
fn a_reader_that_leaves_early_causes_no_panic() {
    let mut process = pricetag()
        .args(["estimate", "--lines"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(process.stdout.take());
    let mut input = process.stdin.take().unwrap();
    let line = format!("{}\n", two_credits());
    for _ in 0..1_000 {
        if input.write_all(line.as_bytes()).is_err() {
            break;
        }
    }
    drop(input);
    let output = process.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_card_is_checked_with_the_line_of_each_fault() {
    let folder = Folder::new();
    let sound = include_str!("../../../cards/image-studio.toml");
    let good = folder.write("good.toml", sound);
    let ran = run(&["card", "check", good.to_str().unwrap()], b"");
    assert_eq!(ran.code, 0);
    assert!(ran.output.contains("image-studio 2026-11-22 is valid, sha256:"), "{}", ran.output);

    let line_of = |text: &str, part: &str| text.lines().position(|line| line.contains(part)).unwrap() + 1;
    let broken = sound
        .replace("price = 8\n", "price = -8\n")
        .replace("\"remove-background\", provider = \"stability\"", "\"remove-background\", provider = \"stabilty\"");
    let bad = folder.write("bad.toml", &broken);
    let ran = run(&["card", "check", bad.to_str().unwrap()], b"");
    assert_eq!(ran.code, 1);
    for (part, code) in [("price = -8", "invalid-amount"), ("stabilty", "unknown-option")] {
        let place = format!("{}:{}: {code}", bad.display(), line_of(&broken, part));
        assert!(ran.output.contains(&place), "`{place}` is due in {}", ran.output);
    }
    let faults = ran.output.lines().count() - 1;
    assert!(faults >= 2 && ran.output.ends_with(&format!("{faults} faults\n")), "{}", ran.output);
}

#[test]
fn two_cards_are_compared_in_a_table_and_as_json() {
    let folder = Folder::new();
    let sound = include_str!("../../../cards/image-studio.toml");
    let old = folder.write("old.toml", sound);
    let dearer = sound.replacen("price = 3\nrank = 3", "price = 3.5\nrank = 3", 1);
    let new = folder.write("new.toml", &dearer);
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let ran = run(&["card", "compare", old, new], b"");
    assert_eq!(ran.code, 0);
    let lines: Vec<&str> = ran.output.lines().collect();
    assert!(lines[0].starts_with("operation  choices"));
    assert!(lines[1].contains("model=stability-core") && lines[1].ends_with("+16.67 %"), "{}", ran.output);
    let ends: Vec<usize> = lines[..lines.len() - 1].iter().map(|line| line.chars().count()).collect();
    assert!(ends.iter().all(|end| *end == ends[0]), "the columns are aligned:\n{}", ran.output);
    assert!(lines.last().unwrap().ends_with("9 dearer, 0 cheaper, 0 appeared, 0 disappeared"), "{}", ran.output);
    assert!(!ran.output.contains('\u{1b}'), "no colours where there is no terminal");

    let json: Value = serde_json::from_str(&run(&["card", "compare", old, new, "--json"], b"").output).unwrap();
    assert_eq!((&json["summary"]["dearer"], &json["changes"][0]["percent"]), (&json!(9), &json!(16.67)));
    let same = run(&["card", "compare", old, old], b"");
    assert_eq!(same.output.lines().count(), 1, "nothing but the summary: {}", same.output);
}

#[test]
fn a_cards_types_are_printed_for_typescript() {
    let folder = Folder::new();
    let card = folder.write("card.toml", include_str!("../../../cards/image-studio.toml"));
    let ran = run(&["card", "types", card.to_str().unwrap()], b"");
    assert_eq!(ran.code, 0);
    assert_eq!(ran.output, pricetag::RateCard::builtin().typescript());
}

#[test]
fn help_names_every_command() {
    let help = Command::new(env!("CARGO_BIN_EXE_pricetag")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for command in
        ["serve", "estimate", "preflight", "alternatives", "fit", "affordable", "settle", "card", "account", "key"]
    {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
    }
}
