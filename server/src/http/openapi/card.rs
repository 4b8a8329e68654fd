//! What a card allows, as schemas: an item of each operation with its choices, counts and sizes. So a program that
//! generates requests from the description generates plans that can be rated.

use pricetag::{RateCard, Value, limits};

use super::schema::{Any, either, list_of, named, null, one_of, option, or_null, pattern, request, whole_or};

/// The operations of a card, or the members of one, by the name of the list.
fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    match value.get(key) {
        Some(Value::List(elements)) => elements,
        _ => &[],
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    match value.get(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// A whole number of a card, which was checked when it was read.
fn whole(value: Option<&Value>, key: &str) -> Option<u32> {
    match value?.get(key) {
        Some(Value::Number(number)) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// An item is one of the card's operations.
pub fn item(card: &RateCard) -> Any {
    either(list(card.document(), "operations").iter().map(operation))
}

fn operation(operation: &Value) -> Any {
    let mut members: Vec<(String, Any)> = vec![("operation".into(), one_of(text(operation, "id")))];
    let mut add = |name: &str, optional: bool, schema: Any| {
        members.push((format!("{name}{}", if optional { "?" } else { "" }), schema));
    };
    for choice in list(operation, "choices") {
        let (name, default) = (text(choice, "name").unwrap_or_default(), text(choice, "default"));
        let options = list(choice, "options").iter().filter_map(|option| text(option, "id"));
        add(name, default.is_some(), option(text(choice, "title").unwrap_or(name), options, default));
    }
    if let Some(size) = operation.get("size") {
        let bound = |key, otherwise| whole(size.get("side"), key).unwrap_or(otherwise);
        for side in ["width", "height"] {
            let default = whole(size.get("default"), side);
            add(side, default.is_some(), whole_or(bound("min", 1), bound("max", limits::SIDE_PIXELS), default));
        }
    }
    for count in list(operation, "counts") {
        let default = whole(Some(count), "default");
        let (min, max) = (whole(Some(count), "min"), whole(Some(count), "max"));
        let schema = whole_or(min.unwrap_or(1), max.unwrap_or(limits::COUNT), default);
        add(text(count, "name").unwrap_or_default(), default.is_some(), schema);
    }
    add("quantity", true, whole_or(1, limits::QUANTITY, Some(1)));
    request(members.iter().map(|(name, schema)| (name.as_str(), schema.clone())))
}

pub fn plan() -> Any {
    request([("items", list_of(named("Item"), 1, limits::ITEMS))])
}

pub fn tier(card: &RateCard) -> Any {
    match card.tiers() {
        [] => null(),
        tiers => one_of(tiers.iter().map(|tier| tier.id.as_str())),
    }
}

pub fn tier_or_null(card: &RateCard) -> Any {
    if card.tiers().is_empty() { null() } else { or_null(tier(card)) }
}

pub fn free_units(card: &RateCard) -> Any {
    let pools: Vec<String> = card.pools().iter().map(|pool| format!("{}?", pool.id)).collect();
    request(pools.iter().map(|pool| (pool.as_str(), whole_or(0, limits::FREE_UNITS, None))))
}

pub fn fingerprint(card: &RateCard) -> Any {
    pattern("^sha256:[0-9a-f]{64}$", card.fingerprint())
}

/// An item with nothing but what must be given: of the first operation, the first options.
pub fn example_item(card: &RateCard) -> serde_json::Value {
    let mut item = serde_json::Map::new();
    let Some(operation) = list(card.document(), "operations").first() else { return item.into() };
    item.insert("operation".into(), text(operation, "id").into());
    for choice in list(operation, "choices").iter().filter(|choice| choice.get("default").is_none()) {
        let first = list(choice, "options").first().and_then(|option| text(option, "id"));
        item.insert(text(choice, "name").unwrap_or_default().into(), first.into());
    }
    for count in list(operation, "counts").iter().filter(|count| count.get("default").is_none()) {
        let least = whole(Some(count), "min").unwrap_or(1);
        item.insert(text(count, "name").unwrap_or_default().into(), least.into());
    }
    if let Some(size) = operation.get("size").filter(|size| size.get("default").is_none()) {
        for side in ["width", "height"] {
            item.insert(side.into(), whole(size.get("side"), "min").unwrap_or(1).into());
        }
    }
    item.into()
}
