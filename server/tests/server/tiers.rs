//! The tier that a refused plan needs, with a card whose higher tiers do not have all that the lower ones have.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use super::running::{Folder, Server, nth_key, pricetag};

/// The highest tier that an item needs is `pro`, which does not have `a`: the plan needs `all`.
fn card() -> Value {
    let excludes = |models: &[&str]| -> Vec<Value> {
        models.iter().map(|model| json!({"operation": "paint", "when": {"model": model}})).collect()
    };
    json!({"id": "mine", "version": "1",
        "tiers": [
            {"id": "free", "monthlyCredits": 10, "excludes": excludes(&["a", "b"])},
            {"id": "basic", "monthlyCredits": 10, "excludes": excludes(&["b"])},
            {"id": "pro", "monthlyCredits": 10, "excludes": excludes(&["a"])},
            {"id": "all", "monthlyCredits": 10},
        ],
        "operations": [{
            "id": "paint",
            "choices": [{"name": "model", "options": [{"id": "a"}, {"id": "b"}]}],
            "rates": [{"when": {}, "price": 1}],
        }],
    })
}

fn plan() -> Value {
    json!({"items": [{"operation": "paint", "model": "a"}, {"operation": "paint", "model": "b"}]})
}

/// What the plan needs, and what each of its items.
fn needed(answer: &Value) -> (&Value, Vec<&Value>) {
    (&answer["needs"], answer["blocks"].as_array().expect("blocks").iter().map(|block| &block["needs"]).collect())
}

#[test]
fn a_refused_plan_names_the_tier_that_allows_all_of_it() {
    let folder = Folder::new();
    let card = folder.write("card.json", &card().to_string());
    let key = folder.with_account("free", 10_000);
    let server = Server::start_with(&folder, &["--card", card.to_str().expect("a path")]);
    let client = server.client(&key);
    let (all, each) = (json!("all"), [json!("basic"), json!("pro")]);
    let expected = (&all, vec![&each[0], &each[1]]);
    let preflight = client.post("/v1/preflight", json!({"plan": plan()}).to_string()).json();
    assert_eq!(needed(&preflight), expected, "{preflight}");
    let body = client.accepted(&plan());
    for (number, path) in ["/v1/charges", "/v1/holds"].into_iter().enumerate() {
        let reply = client.post_as(&nth_key(number), path, &body);
        assert_eq!(reply.problem(), (403, "not-in-tier".into()));
        assert_eq!(needed(&reply.json()), expected, "{path}");
    }
}

#[test]
fn the_command_line_names_the_tier_that_allows_all_of_it() {
    let folder = Folder::new();
    let card = folder.write("card.json", &card().to_string());
    let mut command = pricetag();
    command.args(["preflight", "--card"]).arg(card).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().expect("the program");
    let request = json!({"plan": plan(), "account": {"tier": "free", "balance": 10}});
    process.stdin.take().expect("its input").write_all(request.to_string().as_bytes()).expect("the request");
    let output = process.wait_with_output().expect("its answer");
    assert!(output.status.success());
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(needed(&answer), (&json!("all"), vec![&json!("basic"), &json!("pro")]));
}
