//! Generated items and plans of the built-in card, valid and broken; everything comes from the card's document.

use std::sync::LazyLock;

use pricetag::{Credits, FreeUnits, Plan, RateCard};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

static CARD: LazyLock<RateCard> = LazyLock::new(RateCard::builtin);

pub fn card() -> &'static RateCard {
    &CARD
}

fn operations() -> Vec<Value> {
    let document = serde_json::to_value(card().document()).unwrap();
    document["operations"].as_array().unwrap().clone()
}

pub fn plan_of<'c>(card: &'c RateCard, items: &[Value]) -> Plan<'c> {
    card.plan(&serde_json::from_value(json!({ "items": items })).unwrap()).unwrap()
}

/// A valid item, some of its fields left to their defaults.
pub fn item() -> impl Strategy<Value = Value> {
    prop::sample::select(operations()).prop_flat_map(|operation| fields_of(&operation)).prop_filter(
        "available",
        |item| {
            let plan = serde_json::from_value(json!({ "items": [item] })).unwrap();
            card().plan(&plan).is_ok()
        },
    )
}

pub fn items<S: Strategy<Value = Value>>(item: S, size: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(item, size)
}

pub fn valid_items(size: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Value>> {
    items(item(), size)
}

fn fields_of(operation: &Value) -> impl Strategy<Value = Value> + use<> {
    let mut fields: Vec<BoxedStrategy<(String, Option<Value>)>> = Vec::new();
    for choice in operation["choices"].as_array().into_iter().flatten() {
        let name = choice["name"].as_str().unwrap().to_owned();
        let mut options: Vec<_> =
            choice["options"].as_array().unwrap().iter().map(|option| Some(option["id"].clone())).collect();
        if choice.get("default").is_some() {
            options.push(None);
        }
        fields.push(prop::sample::select(options).prop_map(move |option| (name.clone(), option)).boxed());
    }
    for count in operation["counts"].as_array().into_iter().flatten() {
        let name = count["name"].as_str().unwrap().to_owned();
        let max = count["max"].as_u64().unwrap();
        fields
            .push(proptest::option::of(1..=max).prop_map(move |count| (name.clone(), count.map(|n| json!(n)))).boxed());
    }
    if operation.get("size").is_some() {
        for side in ["width", "height"] {
            fields.push(
                proptest::option::of(64_u32..3_000).prop_map(move |n| (side.to_owned(), n.map(|n| json!(n)))).boxed(),
            );
        }
    }
    fields.push(proptest::option::of(1_u32..20).prop_map(|n| ("quantity".to_owned(), n.map(|n| json!(n)))).boxed());
    let id = operation["id"].clone();
    fields.prop_map(move |fields| {
        let mut item = Map::from_iter([("operation".to_owned(), id.clone())]);
        item.extend(fields.into_iter().filter_map(|(name, value)| Some((name, value?))));
        Value::Object(item)
    })
}

/// An item of which any field may be anything.
pub fn broken_item() -> impl Strategy<Value = Value> {
    let anything = prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        Just(json!(-1)),
        Just(json!(1.5)),
        Just(json!(1e300)),
        Just(json!(9_007_199_254_740_993_u64)),
        Just(json!("")),
        Just(json!("create")),
        Just(json!([])),
        Just(json!({"low": 1})),
        "\\PC{0,60}".prop_map(Value::String),
    ];
    let names = ["operation", "model", "quality", "width", "height", "variations", "quantity", "edit", "modle", ""];
    let damage = prop::collection::vec((prop::sample::select(names.to_vec()), anything.clone()), 0..4);
    prop_oneof![
        9 => (item(), damage).prop_map(|(mut item, damage)| {
            for (name, value) in damage {
                item[name] = value;
            }
            item
        }),
        1 => anything,
    ]
}

/// Where an option of an item stands in the card: the index of its choice, and its own.
pub fn place_of(item: &Value, field: &str, option: &str) -> (usize, usize) {
    let operation = operations().into_iter().find(|operation| operation["id"] == item["operation"]).unwrap();
    let choices = operation["choices"].as_array().unwrap();
    let choice = choices.iter().position(|choice| choice["name"] == field).unwrap();
    let options = choices[choice]["options"].as_array().unwrap();
    (choice, options.iter().position(|known| known["id"] == option).unwrap())
}

/// What each assignment of an item's substitutable options ranks and costs, found by rating each.
pub fn substitutions(card: &RateCard, item: &Value) -> Vec<(i64, Credits)> {
    let operation = operations().into_iter().find(|operation| operation["id"] == item["operation"]).unwrap();
    let mut items = vec![item.clone()];
    for choice in operation["choices"].as_array().into_iter().flatten().filter(|choice| choice["substitutable"] == true)
    {
        let with = |item: &Value, option: &Value| {
            let mut item = item.clone();
            item[choice["name"].as_str().unwrap()] = option["id"].clone();
            item
        };
        let options = choice["options"].as_array().unwrap();
        items = items.iter().flat_map(|item| options.iter().map(|option| with(item, option))).collect();
    }
    let rated = items.into_iter().filter_map(|item| {
        let plan = card.plan(&serde_json::from_value(json!({ "items": [item] })).unwrap()).ok()?;
        let line = plan.estimate(&FreeUnits::none()).lines.remove(0);
        let rank = operation["rates"][line.rate]["rank"].as_i64().unwrap_or(0);
        Some((rank, line.total.expected))
    });
    rated.collect()
}
