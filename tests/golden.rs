//! The golden corpus, put to the crate itself.

mod corpus;

use pricetag::RateCard;

#[test]
fn every_golden_case_is_answered_exactly() {
    let card = RateCard::builtin();
    let cases = corpus::check(|call, request| {
        let request = serde_json::from_value(request.clone()).expect("a request is a document");
        match card.answer(call, &request) {
            Ok(answer) => serde_json::to_value(answer),
            Err(faults) => serde_json::to_value(faults),
        }
        .expect("an answer is JSON")
    });
    assert_eq!(cases, 130);
}
