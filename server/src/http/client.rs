//! Which address asks: the one at the other end of the connection, or the one that a trusted proxy says it asks for.

use std::{net::IpAddr, net::SocketAddr, str::FromStr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// An address or a range of addresses whose proxies are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

impl FromStr for TrustedProxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        range.map(Self).map_err(|_| format!("`{text}` is neither an address nor a range such as `10.0.0.0/8`"))
    }
}

/// The right-most address that is no trusted proxy's: what is left of it was said by the client itself.
pub fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[TrustedProxy]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|proxy| proxy.0.contains(&address));
    let mut client = peer.to_canonical();
    if trusted.is_empty() {
        return client;
    }
    let values = headers.get_all(FORWARDED_FOR).iter().map(|value| value.to_str().unwrap_or_default());
    let mut said: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
    while is_trusted(client) {
        // What is not an address ends the chain at the proxy that said it.
        let Some(before) = said.pop().and_then(|text| read(text.trim())) else { break };
        client = before;
    }
    client
}

/// Some proxies add the port.
fn read(text: &str) -> Option<IpAddr> {
    let address = text.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()));
    let address = address.or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok());
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{FORWARDED_FOR, TrustedProxy, address};

    #[test]
    fn the_client_is_the_right_most_address_that_is_no_trusted_proxys() {
        let trusted: Vec<TrustedProxy> = ["10.0.0.0/8", "2001:db8::/32"].map(|range| range.parse().unwrap()).into();
        let rows = [
            ("192.0.2.1", "203.0.113.1", "192.0.2.1"), // an untrusted client's word
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
            ("::ffff:10.0.0.1", "203.0.113.1", "203.0.113.1"),
            ("2001:db8::1", "198.51.100.7, 203.0.113.1 ,10.0.0.2", "203.0.113.1"),
            ("10.0.0.1", "203.0.113.1, nonsense", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.1, nonsense, 10.0.0.2", "10.0.0.2"),
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("10.0.0.1", "203.0.113.1:80", "203.0.113.1"),
            ("10.0.0.1", "[2001:db9::1]:80", "2001:db9::1"),
            ("10.0.0.1", "[2001:db9::1]", "2001:db9::1"),
        ];
        for (peer, said, due) in rows {
            let headers = HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static(said))]);
            let found = address(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found.to_string(), due, "{peer} says {said:?}");
            assert_eq!(
                address(peer.parse().unwrap(), &headers, &[]),
                peer.parse::<std::net::IpAddr>().unwrap().to_canonical()
            );
        }
    }
}
