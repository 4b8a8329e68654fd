//! What a refusal says would be right: the tier that a plan needs, and the cheaper ways that fit.

use std::{io::Write, process::Stdio};

use serde_json::{Value, json};

use super::running::{Client, Folder, Reply, Server, nth_key, pricetag, two_credits};

/// A card whose higher tiers do not have all that the lower ones have.
///
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

/// The changes after which the account covers the plan, each found by asking, in the order of `alternatives`.
fn fitting(client: &Client, plan: &Value, tier: &str) -> Vec<Value> {
    let request = json!({"plan": plan, "tier": tier}).to_string();
    let all = client.post("/v1/alternatives", request).json();
    let fits = |change: &&Value| {
        let mut changed = plan.clone();
        let item = usize::try_from(change["item"].as_u64().expect("an index")).expect("an index");
        changed["items"][item][change["field"].as_str().expect("a field")] = change["option"].clone();
        client.post("/v1/preflight", json!({"plan": changed}).to_string()).json()["verdict"] == "covered"
    };
    all.as_array().expect("a list").iter().filter(fits).cloned().collect()
}

/// Charges a plan that the balance does not cover, and answers what the refusal offers and all that fits.
fn offered(millicredits: i64, plan: &Value) -> (Vec<Value>, Vec<Value>) {
    let folder = Folder::new();
    let key = folder.with_account("basic", millicredits);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let reply = client.charge(&nth_key(1), &client.accepted(plan));
    assert_eq!(reply.problem(), (402, "insufficient-credits".into()));
    (reply.json()["alternatives"].as_array().expect("a list").clone(), fitting(&client, plan, "basic"))
}

fn keeps_the_rank(change: &Value) -> bool {
    change["rank"].as_i64().expect("a whole number") >= 0
}

#[test]
fn what_is_offered_keeps_the_rank_where_it_can() {
    let (offered, fitting) = offered(16_000, &json!({"items": [{"operation": "create", "quantity": 5}]}));
    assert!(fitting.iter().any(keeps_the_rank) && !fitting.iter().all(keeps_the_rank));
    assert!(keeps_the_rank(&offered[0]), "{offered:?}");
    assert_eq!(offered, fitting[..offered.len()]);
}

#[test]
fn many_changes_that_save_too_little_do_not_hide_the_one_that_fits() {
    let mut items = vec![json!({"operation": "edit", "edit": "remove-background"}); 25];
    items.push(json!({"operation": "create", "quantity": 5}));
    let (offered, fitting) = offered(85_000, &json!({ "items": items }));
    assert!(!fitting.is_empty() && !fitting.iter().any(keeps_the_rank), "{fitting:?}");
    assert_eq!(offered, fitting);
}

/// The faults of a request that is not valid: code, path and what would be right.
fn faults(reply: &Reply) -> Vec<(String, String, String)> {
    assert_eq!(reply.problem(), (422, "invalid-request".into()), "{}", reply.text);
    let text = |fault: &Value, member: &str| fault[member].as_str().unwrap_or_default().to_owned();
    let problem = reply.json();
    let errors = problem["errors"].as_array().expect("faults").iter();
    errors.map(|fault| (text(fault, "code"), text(fault, "path"), text(fault, "help"))).collect()
}

#[test]
fn no_field_or_parameter_is_suggested_where_none_is_near() {
    let folder = Folder::new();
    let key = folder.with_key("basic", 10_000, "estimate hold settle read admin".parse().unwrap(), None);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = |members: Value| {
        let mut body = client.accepted(&two_credits());
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        body
    };
    let hold = client.post_as(&nth_key(0), "/v1/holds", &body(json!({}))).json()["id"].as_str().unwrap().to_owned();
    let key_says = "the account and its tier come from the key";
    let mut accepted = body(json!({}));
    accepted["accepted"]["hihg"] = json!(1);
    let without_price = |members: Value| {
        let mut body = body(members);
        body.as_object_mut().unwrap().remove("accepted");
        body
    };
    let rows: [(&str, Value, &str, &str, &str); 16] = [
        ("/v1/charges", body(json!({"colour": 1})), "unknown-field", "colour", "one of `plan`, `accepted`, `asset`"),
        ("/v1/charges", body(json!({"aset": "x"})), "unknown-field", "aset", "did you mean `asset`?"),
        ("/v1/charges", body(json!({"tier": "pro"})), "unknown-field", "tier", key_says),
        ("/v1/charges", accepted, "unknown-field", "accepted.hihg", "did you mean `high`?"),
        ("/v1/preflight", without_price(json!({"colour": 1})), "unknown-field", "colour", "one of `plan`"),
        ("/v1/preflight", without_price(json!({"account": {}})), "unknown-field", "account", key_says),
        ("/v1/preflight", without_price(json!({"tier": "pro"})), "unknown-field", "tier", key_says),
        ("HOLD/extend", json!({"seconds": 60, "until": 1}), "unknown-field", "until", "one of `seconds`"),
        ("HOLD/capture", json!({"outcom": {}}), "unknown-field", "outcom", "did you mean `outcome`?"),
        ("HOLD/release", json!({"note": 1}), "unknown-field", "note", "leave it out: there is none"),
        (
            "/v1/accounts",
            json!({"tier": "gold"}),
            "unknown-tier",
            "tier",
            "one of `free`, `basic`, `pro`, `enterprise`",
        ),
        ("/v1/accounts", json!({"tier": "basci"}), "unknown-tier", "tier", "did you mean `basic`?"),
        (
            "/v1/accounts",
            json!({"tier": "pro", "credits": 5}),
            "unknown-field",
            "credits",
            "one of `accountId`, `tier`, `grant`",
        ),
        ("/v1/keys", json!({"accountId": "a", "scopes": ["raed"]}), "out-of-range", "scopes", "did you mean `read`?"),
        (
            "/v1/keys",
            json!({"accountId": "a", "scopes": ["everything"]}),
            "out-of-range",
            "scopes",
            "one of `estimate`, `hold`, `settle`, `read`, `admin`",
        ),
        (
            "/v1/estimate",
            json!({"plan": two_credits(), "colour": 1}),
            "unknown-field",
            "colour",
            "one of `plan`, `freeUnits`",
        ),
    ];
    for (number, (path, body, code, place, help)) in rows.into_iter().enumerate() {
        let path = path.replace("HOLD", &format!("/v1/holds/{hold}"));
        let reply = client.post_as(&nth_key(number + 1), &path, &body);
        assert_eq!(faults(&reply), [(code.into(), place.into(), help.into())], "{path} {body}");
    }
    for (address, code, place, help) in [
        ("entries?colour=1", "unknown-field", "colour", "one of `after`, `before`, `limit`"),
        ("entries?limits=5", "unknown-field", "limits", "did you mean `limit`?"),
        ("usage?by=modle", "unknown-choice", "by", "did you mean `model`?"),
        ("usage?by=colour", "unknown-choice", "by", "one of `operation`, `day`, `asset`, `model`, `quality` or 4 more"),
    ] {
        let reply = client.get(&format!("/v1/{address}"));
        assert_eq!(faults(&reply), [(code.into(), place.into(), help.into())], "{address}");
    }
}

#[test]
fn a_body_of_very_many_unknown_fields_is_answered_with_the_first_of_them() {
    let folder = Folder::new();
    let key = folder.with_key("basic", 10_000, "estimate hold admin".parse().unwrap(), None);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let many: serde_json::Map<String, Value> = (0..20_000).map(|number| (format!("q{number}"), json!(1))).collect();
    let body = Value::Object(many);
    for (number, path) in ["/v1/estimate", "/v1/preflight", "/v1/charges", "/v1/accounts"].into_iter().enumerate() {
        let found = faults(&client.post_as(&nth_key(number), path, &body));
        let listed = found.iter().filter(|(code, _, _)| code == "unknown-field").count();
        assert_eq!(listed, pricetag::limits::FAULTS, "{path}");
        assert!(found.iter().any(|(code, _, _)| code == "limit-exceeded"), "{path}");
    }
}
