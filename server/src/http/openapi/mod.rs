//! The description of every route, OpenAPI 3.1: made from the card in force and from the table of routes, which also
//! makes the router.

mod answers;
mod card;
mod schema;
mod shape;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use pricetag::RateCard;
use utoipa::openapi::{
    ComponentsBuilder, Content, HeaderBuilder, HttpMethod, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Paths,
    RefOr, Required, Response, ResponseBuilder,
    link::LinkBuilder,
    path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

use self::schema::{named, text, whole};
pub use self::shape::Shape;
use super::{
    idempotency::KEY_CHARACTERS,
    problem::CODES,
    routes::{Method, ROUTES, Route, Takes},
};

/// The name of the one way to say who asks.
const KEY: &str = "key";

/// What the description is of.
#[derive(Clone, Copy)]
pub struct Subject<'c> {
    /// The card in force.
    pub card: &'c RateCard,
    /// The shortest hold.
    pub hold_seconds_min: u32,
}

/// The description as JSON.
pub fn document(subject: Subject<'_>) -> Vec<u8> {
    serde_json::to_vec(&describe(subject)).expect("a description is JSON")
}

fn describe(subject: Subject<'_>) -> OpenApi {
    let mut paths = Paths::new();
    for route in ROUTES {
        let item = PathItem::new(method(route.method), operation(route, subject));
        match paths.paths.get_mut(route.path) {
            Some(path) => path.merge_operations(item),
            None => drop(paths.paths.insert(route.path.into(), item)),
        }
    }
    let mut codes: Vec<&str> = CODES.iter().map(|(_, code)| *code).collect();
    codes.dedup();
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("pk_<id>_<secret>");
    let components = ComponentsBuilder::new()
        .schemas_from_iter(shape::components(subject.card, &codes))
        .security_scheme(KEY, SecurityScheme::Http(key.build()));
    let about = "What will this cost, and is that what is charged? Amounts are credits with at most three decimals, \
                 times are UTC. Problems are RFC 9457; `code` is stable, and `retry` says what a program may do.";
    let info = InfoBuilder::new().title("Pricetag").version(env!("CARGO_PKG_VERSION")).description(Some(about));
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components.build())).build()
}

const fn method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Delete => HttpMethod::Delete,
    }
}

fn operation(route: &Route, subject: Subject<'_>) -> Operation {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(route.name))
        .summary(Some(route.about))
        .parameters(Some(parameters(route, subject)));
    if let Some(scope) = route.scope {
        operation = operation
            .security(SecurityRequirement::new(KEY, Vec::<String>::new()))
            .description(Some(format!("The key needs the scope `{}`.", scope.as_str())));
    }
    if let Takes::Optional(shape) | Takes::Document(shape) = route.takes {
        let required = if matches!(route.takes, Takes::Document(_)) { Required::True } else { Required::False };
        let mut content = Content::new(Some(shape.schema(subject)));
        content.example = shape.example(subject.card);
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(required));
        operation = operation.request_body(Some(body.build()));
    }
    let (status, shape) = route.answer;
    operation = operation.response(status.to_string(), answer(route, shape, subject));
    if shape == Shape::Card {
        operation = operation.response("304", Response::new("The card is the one that `If-None-Match` names"));
    }
    for status in refusals(route) {
        operation = operation.response(status.to_string(), problem(status));
    }
    operation.build()
}

fn parameters(route: &Route, subject: Subject<'_>) -> Vec<Parameter> {
    let parameter = |name: &str, place: ParameterIn, required: Required, schema| {
        ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(schema))
    };
    let mut parameters = Vec::new();
    if let Some((name, shape)) = route.in_path {
        parameters.push(parameter(name, ParameterIn::Path, Required::True, shape.schema(subject)).build());
    }
    if route.keyed {
        // Without an example, which programs would take for every operation.
        let (least, most) = (KEY_CHARACTERS.start(), KEY_CHARACTERS.end());
        let key = schema::shaped(&format!("^[!-~]{{{least},{most}}}$"));
        let about = "New for each operation, such as `order-7f3a9c21-capture`. Makes the request happen once, however \
                     often it is sent: its answer is stored and given again";
        let key = parameter("Idempotency-Key", ParameterIn::Header, Required::True, key).description(Some(about));
        parameters.push(key.build());
    }
    for query in route.query {
        let schema = query.shape.schema(subject);
        let query = parameter(query.name, ParameterIn::Query, Required::False, schema).description(Some(query.about));
        parameters.push(query.build());
    }
    parameters
}

fn answer(route: &Route, shape: Shape, subject: Subject<'_>) -> Response {
    let mut response =
        ResponseBuilder::new().description(if shape == Shape::Nothing { "It is done" } else { "The answer" });
    if let Some(media_type) = shape.media_type() {
        response = response.content(media_type, Content::new(Some(shape.schema(subject))));
    }
    let header = |about: &str| HeaderBuilder::new().schema(Some(text())).description(Some(about)).build();
    if shape == Shape::Card {
        response = response.header("ETag", header("The card's fingerprint"));
    }
    if shape == Shape::Hold {
        response = response.header("Location", header("The hold's address"));
    }
    if route.keyed {
        response =
            response.header("Idempotency-Replayed", header("`true` when the answer was stored by an earlier request"));
    }
    for (operation, member) in route.links {
        let link = LinkBuilder::new().operation_id(*operation).parameter("id", format!("$response.body#/{member}"));
        response = response.link(*operation, RefOr::T(link.build()));
    }
    response.build()
}

/// Every status of a problem that a route can answer with.
fn refusals(route: &Route) -> BTreeSet<u16> {
    let mut statuses: BTreeSet<u16> = route.refuses.iter().copied().collect();
    let mut add = |when: bool, more: &[u16]| statuses.extend(more.iter().filter(|_| when));
    add(true, &[400, 500]);
    add(route.scope.is_some(), &[401, 403, 503]);
    add(route.limited, &[429]);
    add(route.keyed, &[409, 422, 507]);
    add(route.takes != Takes::Nothing, &[408, 413, 422, 503]);
    statuses
}

fn problem(status: u16) -> Response {
    let codes: Vec<&str> = CODES.iter().filter(|(of, _)| *of == status).map(|(_, code)| *code).collect();
    let response = ResponseBuilder::new()
        .description(format!("`{}`", codes.join("`, `")))
        .content("application/problem+json", Content::new(Some(named("Problem"))));
    if matches!(status, 429 | 503) {
        let seconds = HeaderBuilder::new()
            .schema(Some(whole(0, None)))
            .description(Some("Seconds until it is worth asking again"));
        return response.header("Retry-After", seconds.build()).build();
    }
    response.build()
}
