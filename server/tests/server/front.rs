//! Before any route: the host of a request, who may ask from another origin, and what is at the administrators' port.

use std::fmt::Write as _;

use super::{
    running::{Client, Folder, Reply, Server, pricetag, two_credits},
    wire::{Answer, Wire},
};

fn ask(server: &Server, version: &str, path: &str, hosts: &[&str]) -> Answer {
    let mut head = format!("GET {path} HTTP/{version}\r\nConnection: close\r\n");
    for host in hosts {
        let _ = write!(head, "Host: {host}\r\n"); // writing to a String cannot fail
    }
    Wire::connect(&server.base).expect("a connection").ask(format!("{head}\r\n").as_bytes()).expect("an answer")
}

#[test]
fn a_request_has_exactly_one_host_that_is_one() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    for path in ["/healthz", "/v1/card", "/", "/nothing"] {
        let due = if path == "/nothing" { 404 } else { 200 };
        for host in ["pricetag", "127.0.0.1:8787", "[::1]:8787", "prices.example", ""] {
            assert_eq!(ask(&server, "1.1", path, &[host]).status, due, "{path} {host:?}");
        }
        assert_eq!(ask(&server, "1.0", path, &[]).status, due, "HTTP/1.0 has no need of one");
        for hosts in
            [&[][..], &["a.example", "a.example"], &["a.example", "b.example"], &["a b"], &["user@a"], &["a/b"]]
        {
            let answer = ask(&server, "1.1", path, hosts);
            assert_eq!(answer.problem(), (400, "invalid-host".into()), "{path} {hosts:?}");
        }
    }
    assert_eq!(ask(&server, "1.0", "/healthz", &["a.example", "b.example"]).status, 400);
}

fn admin(server: &Server) -> Client {
    let line = server.said.lines().find_map(|line| line.trim().strip_prefix("admin")).expect("where it is");
    let base = line.trim().strip_suffix("/metrics").expect("its figures");
    Client::new(base, None)
}

#[test]
fn with_a_port_for_administrators_figures_and_description_are_there_alone() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &["--admin-port", "0"]);
    let (public, admin) = (server.stranger(), admin(&server));
    for path in ["/metrics", "/openapi.json"] {
        assert_eq!((public.get(path).status, admin.get(path).status), (404, 200), "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!((public.get(path).status, admin.get(path).status), (200, 200), "{path}");
    }
    for path in ["/", "/v1/card", "/v1/account", "/v1/estimate"] {
        assert_eq!(admin.get(path).problem(), (404, "not-found".into()), "{path}");
        assert_ne!(public.get(path).status, 404, "{path}");
    }
    assert_eq!(public.post("/v1/estimate", two_credits().to_string()).status, 200);
    let counted = admin.get("/metrics").text;
    assert!(
        counted.contains("pricetag_requests_total{route=\"/v1/estimate\",method=\"POST\",status=\"200\"} 1"),
        "{counted}"
    );
    server.stop();
}

fn from(client: &Client, method: &str, path: &str, origin: &str, more: &[(&str, &str)]) -> Reply {
    let headers: Vec<_> = [("Origin", origin)].into_iter().chain(more.iter().copied()).collect();
    client
        .send(method, path, &headers, if method == "POST" { two_credits().to_string() } else { String::new() })
        .expect("an answer")
}

#[test]
fn pages_of_an_allowed_origin_may_ask_and_read_what_they_need() {
    let folder = Folder::new();
    let server = Server::start_with(
        &folder,
        &["--cors-origin", "https://shop.example,http://localhost:3000", "--cors-origin", "https://app.example"],
    );
    let client = server.client(server.key.as_deref().expect("a key"));
    for origin in ["https://shop.example", "http://localhost:3000", "https://app.example"] {
        let asked = [
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,idempotency-key,content-type"),
        ];
        let preflight = from(&server.stranger(), "OPTIONS", "/v1/charges", origin, &asked);
        assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (200, origin));
        for header in ["authorization", "idempotency-key", "content-type", "if-none-match"] {
            assert!(preflight.header("access-control-allow-headers").contains(header), "{header}");
        }
        for method in ["GET", "POST", "PUT", "DELETE"] {
            assert!(preflight.header("access-control-allow-methods").contains(method), "{method}");
        }
        // Successes and problems alike.
        for reply in [
            from(&client, "GET", "/v1/card", origin, &[]),
            from(&client, "POST", "/v1/estimate", origin, &[]),
            from(&server.stranger(), "GET", "/v1/account", origin, &[]),
            from(&client, "POST", "/v1/charges", origin, &[]),
        ] {
            assert_eq!(reply.header("access-control-allow-origin"), origin, "{}", reply.text);
            for header in ["etag", "retry-after", "idempotency-replayed", "x-request-id", "location"] {
                assert!(reply.header("access-control-expose-headers").contains(header), "{header}");
            }
            let varies: Vec<_> =
                reply.headers.get_all("vary").iter().map(|value| value.to_str().expect("text")).collect();
            assert!(varies.join(",").contains("origin"), "{varies:?}");
        }
    }
    for origin in ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"] {
        assert_eq!(from(&client, "GET", "/v1/card", origin, &[]).header("access-control-allow-origin"), "", "{origin}");
    }
}

#[test]
fn without_an_origin_that_is_allowed_no_other_page_may_read_anything() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let reply = from(&server.stranger(), "GET", "/v1/card", "https://shop.example", &[]);
    assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
    assert_eq!(from(&server.stranger(), "OPTIONS", "/v1/card", "https://shop.example", &[]).status, 405);
}

#[test]
fn settings_of_the_edge_are_told_when_they_are_wrong() {
    for (arguments, reason) in [
        (
            &["--trusted-proxy", "10.0.0.0/33"][..],
            "`10.0.0.0/33` is neither an address nor a range such as `10.0.0.0/8`",
        ),
        (&["--trusted-proxy", "proxy.example"], "`proxy.example` is neither an address nor a range"),
        (&["--trusted-proxy", "10.0.0.0/8,"], "`` is neither an address nor a range"),
        (&["--cors-origin", "*"], "`*` is not an origin such as `https://shop.example`"),
        (&["--cors-origin", "shop.example"], "`shop.example` is not an origin"),
        (&["--cors-origin", "https://shop.example/"], "`https://shop.example/` is not an origin"),
        (&["--cors-origin", "https://shop.example/a"], "is not an origin"),
        (&["--cors-origin", "https://user@shop.example"], "is not an origin"),
        (&["--cors-origin", "https://Shop.example"], "is not an origin"),
        (&["--cors-origin", "ftp://shop.example"], "is not an origin"),
        (&["--admin-port", "65536"], "65536 is not in 0..=65535"),
        (&["--tier", "basic"], "--demo"),
    ] {
        // Were a setting taken, the card would still end it.
        let output =
            pricetag().args(["serve", "--card", "none.toml"]).args(arguments).output().expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(reason), "`{reason}` is due, not {said}");
    }
    let help = pricetag().args(["serve", "--help"]).output().expect("the program runs");
    let help = String::from_utf8(help.stdout).expect("text").split_whitespace().collect::<Vec<_>>().join(" ");
    for setting in ["TRUSTED_PROXY", "CORS_ORIGIN", "ADMIN_PORT", "DEMO"] {
        assert!(help.contains(&format!("[env: PRICETAG_{setting}=]")), "{setting}");
    }
}

#[test]
fn settings_of_the_edge_come_from_the_environment_too() {
    let folder = Folder::new();
    for (name, value, reason) in [
        ("PRICETAG_TRUSTED_PROXY", "10.0.0.0/33", "neither an address nor a range"),
        ("PRICETAG_CORS_ORIGIN", "https://a.example,b.example", "`b.example` is not an origin"),
        ("PRICETAG_ADMIN_PORT", "many", "invalid digit"),
    ] {
        let output = pricetag()
            .args(["serve", "--card", "none.toml", "--database"])
            .arg(folder.database())
            .env(name, value)
            .output();
        let output = output.expect("the program runs");
        assert!(String::from_utf8_lossy(&output.stderr).contains(reason), "{name}: {output:?}");
    }
    assert!(!folder.database().exists());
}
